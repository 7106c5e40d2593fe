// build files: github.com/fluxcd/source-controller config/crd/bases
module writ.dev/test/real/source-controller

go 1.26.0

require github.com/fluxcd/source-controller v1.9.6
