import type { ConsumerOwner, ManifestOwner, OwnerRef } from '../../model/owner.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import { refOf } from '../../model/resource.ts'
import { renderAsk } from '../proof/consumers.ts'
import type { Consumer } from '../proof/consumer.ts'
import { withCheckoutValues } from './checkout-values.ts'
import { everybody } from './file-rules.ts'
import type { Reading } from './file-rules.ts'

/** A manifest of the checkout that deploys a chart of the checkout, and what it is in each delivery that renders it. */
export interface ChartUser { readonly declared: OwnerRef, readonly rendered: readonly ConsumerOwner[] }

/**
 * Who uses the charts of a checkout, as those are deployed: an Application or HelmRelease that several overlays patch is another user in each of them.
 * One that nobody renders counts as it stands in its file, and is left out here.
 */
export async function chartUsers(reading: Reading): Promise<readonly ChartUser[]> {
  const { bench, checkout, readers, around } = reading
  const declared = checkout.flatMap(({ object, place }) => {
    const owner = isDeclared(object) ? readers.manifestOwner(object, around) : null
    return owner !== null && usesChart(reading, owner) ? [{ owner, file: place.file }] : []
  })
  const [first] = declared
  if (first === undefined) return []
  const carriers = everybody(reading, first.owner).filter(({ ask, unsupported, closure }) => ask.format !== 'helm' && unsupported === null && declared.some(({ file }) => closure.files.has(file)))
  const renders = await bench.render([], carriers.map(({ ask }) => ask))
  const seen = renders.flatMap((render, i) => {
    const carrier = carriers[i]
    return carrier === undefined || !render.ok ? [] : [{ carrier, objects: render.objects.map(({ object }) => object) }]
  })
  return declared.flatMap(({ owner: { ref }, file }) => {
    const rendered = seen.flatMap(({ carrier, objects }) => carrier.closure.files.has(file) ? usersIn(reading, ref, { carrier, objects }) : [])
    return rendered.length === 0 ? [] : [{ declared: ref, rendered }]
  })
}

interface Seen { readonly carrier: Consumer, readonly objects: readonly KubernetesObject[] }

function usersIn(reading: Reading, ref: OwnerRef, { carrier, objects }: Seen): readonly ConsumerOwner[] {
  const named = objects.filter(object => isDeclared(object) && object.kind === ref.kind && refOf(object).name.includes(ref.name))
  return named.flatMap(object => {
    const owner = reading.readers.manifestOwner(object, [...reading.around, ...objects])
    if (owner === null) return []
    return owner.sources.flatMap((one): readonly ConsumerOwner[] => {
      const helm = one.render.helm === undefined ? undefined : withCheckoutValues(one.render.helm, { objects, manifests: reading.checkout })
      const render = { ...one.render, ...helm === undefined ? {} : { helm } }
      return [{ ref: { ...owner.ref, cluster: isAsked(reading, carrier) ? owner.ref.cluster : `${owner.ref.cluster}, ${carrier.ask.path}` }, source: one.source, render, destination: owner.destination, unsupported: owner.obstacle?.path ?? null }]
    })
  })
}

/** The delivery that brings an owner of the given file: what it renders is that owner, not another one. */
function isAsked({ origins }: Reading, { ask }: Consumer): boolean {
  return [...origins.values()].some(({ carried }) => carried?.carrier.path === ask.path)
}

function isDeclared({ kind, apiVersion }: KubernetesObject): boolean {
  return (kind === 'HelmRelease' && apiVersion.startsWith('helm.toolkit.fluxcd.io/')) || (kind === 'Application' && apiVersion.startsWith('argoproj.io/'))
}

function usesChart({ bench }: Reading, { ref, sources, obstacle }: ManifestOwner): boolean {
  return obstacle?.code !== 'NON_GIT_SOURCE' && sources.some(({ source, render }) => renderAsk(bench.index, { tool: ref.tool, source, render }).format === 'helm'
    && bench.index.files.has(source.path === '' ? 'Chart.yaml' : `${source.path}/Chart.yaml`))
}
