/**
 * What a secret looks like in text. Every pattern is linear: it starts at a literal, never at an open run of characters, or
 * has a look-behind that lets a run be tried once; what follows an open run may fail at most once per run.
 */
export interface SecretPattern {
  /** Group 1, where there is one, is kept; the rest of the match is the secret. */
  readonly pattern: RegExp
  /** True where the match counts only if it looks random, because words fit the pattern too. */
  readonly random?: boolean
  /** A match whose secret part is one of these is left alone: references and templates name a secret without being it. */
  readonly except?: RegExp
}

const REFERENCES = /^(?:[$%][({]{0,2}[\w.-]+[)}]{0,2}[:.-]?)+$/

/** Tokens that say what they are: found anywhere, inside base64 too. */
export const TOKENS: readonly SecretPattern[] = [
  { pattern: /gh[pousr]_[A-Za-z0-9]{36,}/g },
  { pattern: /github_pat_[A-Za-z0-9_]{22,}/g },
  { pattern: /gl(?:pat|ptt|dt|rt|rtr|cbt|ft|soat|agent|imt|oas|feat|ffct)-[A-Za-z0-9_.-]{20,}/g },
  { pattern: /GR1348941[A-Za-z0-9_-]{20,}/g },
  { pattern: /(?<![A-Z0-9])(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}(?![A-Z0-9])/g },
  { pattern: /xox[abeoprs](?:\.xox[bp])?-[A-Za-z0-9-]{10,}/g },
  { pattern: /xapp-[0-9]-[A-Za-z0-9-]{10,}/g },
  { pattern: /(hooks\.slack\.com\/(?:services|workflows|triggers)\/)[A-Za-z0-9/_-]{20,}/g },
  { pattern: /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{10,}(?:\.[A-Za-z0-9_-]*){2,4}/g },
  { pattern: /AIza[0-9A-Za-z_-]{35}/g },
  { pattern: /ya29\.[0-9A-Za-z_-]{20,}/g },
  { pattern: /GOCSPX-[0-9A-Za-z_-]{20,}/g },
  { pattern: /(?<![A-Za-z0-9])[sr]k_(?:live|test)_[0-9A-Za-z]{16,}/g },
  { pattern: /(?<![A-Za-z0-9_-])sk-(?:ant-|proj-|svcacct-)?[A-Za-z0-9_-]{32,}/g, random: true },
  { pattern: /(?<![A-Za-z0-9])SG\.[A-Za-z0-9_-]{16,64}\.[A-Za-z0-9_-]{16,}/g },
  { pattern: /npm_[A-Za-z0-9]{36}/g },
  { pattern: /pypi-AgE[A-Za-z0-9_-]{50,}/g },
  { pattern: /(?<![A-Za-z0-9])hv[sbr]\.[A-Za-z0-9_-]{24,}/g },
  { pattern: /AGE-SECRET-KEY-1[0-9A-Z]{58}/g },
  { pattern: /do[opr]_v1_[a-f0-9]{64}/g },
  { pattern: /dckr_(?:pat|oat)_[A-Za-z0-9_-]{20,}/g },
  { pattern: /(?<![A-Za-z0-9])hf_[A-Za-z0-9]{34}/g },
  { pattern: /glsa_[A-Za-z0-9]{32}_[a-f0-9]{8}/g },
  { pattern: /ATATT3[A-Za-z0-9_=-]{50,}/g },
]

/** A value beside a word that says it is secret. */
export const NAMED: readonly SecretPattern[] = [
  // The user part of a URL: all of it where it holds a password or is a token; `ssh://git@host` names nobody's secret, `docker://image@sha256:` is no user.
  { pattern: /((?<![A-Za-z0-9+.-])(?:git\+)?ssh:\/\/[A-Za-z0-9._-]{1,64}:)[^\s/?#"'<>@]{1,1024}(?=@)/g, except: REFERENCES },
  { pattern: /(?<!(?<![A-Za-z0-9])(?:git\+)?ssh)(:\/\/)[^\s/?#"'<>]{1,4096}(?=@(?!sha(?:256|512):))/g, except: REFERENCES },
  { pattern: /(authorization["']?[ \t]{0,4}[:=][ \t]{0,4}["']?(?:bearer|basic|token|negotiate|digest)[ \t]{1,4})[^\s"',;]{6,}/gi, random: true },
  { pattern: /(\bbearer[ \t]{1,4})[A-Za-z0-9._~+/-]{20,}={0,2}/gi, random: true },
  { pattern: /((?:private-token|x-api-key|x-auth-token|x-vault-token|job-token|deploy-token)["']?[ \t]{0,4}[:=][ \t]{0,4}["']?)[^\s"',;]{8,}/gi, random: true },
  { pattern: /([?&](?:access_token|refresh_token|id_token|private_token|token|api_?key|sig|signature|client_secret|password|x-amz-(?:signature|credential|security-token))=)[^&\s"'#<>]+/gi },
  { pattern: /((?:aws_?)?secret_?access_?key["']?[ \t]{0,8}[:=][ \t]{0,8}["']?)[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+])/gi },
  { pattern: /(session_?token["']?[ \t]{0,8}[:=][ \t]{0,8}["']?)[A-Za-z0-9/+=]{60,}/gi },
  { pattern: /((?:AccountKey|SharedAccessKey)=)[A-Za-z0-9+/]{40,}={0,2}/g },
  { pattern: /("auth"[ \t]{0,8}:[ \t]{0,8}")[A-Za-z0-9+/]{8,}={0,2}(?=")/g },
  // `password: value` and `PASSWORD=value`, but neither references, templates nor switches.
  { pattern: /((?:password|passwd)["']?[ \t]{0,8}[:=][ \t]{0,8}["']?)(?!(?:true|false|null|yes|no|on|off|\[redacted\])\b)(?![\s$&*!|>{[<%~])[^\s"',;#&]+/gi },
  // An environment variable of a container over two lines, as manifests and diffs of them write it; `| ` marks the lines of a value on a screen.
  { pattern: /(name:[ \t]{0,8}["']?[A-Z0-9_]{0,60}(?:PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|PRIVATE_?KEY|CREDENTIALS?)["']?[ \t]{0,8}\r?\n(?:[ \t]{0,64}\| )?[+ -]?[ \t]{0,64}value:[ \t]{1,8})(?![$&*!|>~/]|""|''|["']?(?:true|false)\b)[^\s][^\n]*/g },
  // The same as a field path with its value: behind a sign, or quoted in the sentence. What a sentence says of the field itself is no secret.
  { pattern: /(\[name=[A-Z0-9_]{0,60}(?:PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|PRIVATE_?KEY|CREDENTIALS?)\]\.value[ \t]{0,4}[:=][ \t]{0,4})[^\n]+/g },
  { pattern: /(\[name=[A-Z0-9_]{0,60}(?:PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|PRIVATE_?KEY|CREDENTIALS?)\]\.value(?![ \t]{0,4}[:=])[^"\n]{0,200}")[^\n]+(?=")/g },
]
