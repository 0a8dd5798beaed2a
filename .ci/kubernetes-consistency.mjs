// What no schema knows: whether the resources fit together, and each pod is what docs/operate/kubernetes.md promises.

/** What a process gives itself to end, after DRAIN_SECONDS. */
const endSeconds = 25;

const isPodOwner = ({ kind }) => kind === 'Deployment' || kind === 'Job';
const matches = ({ matchLabels = {}, matchExpressions = [] }, labels) =>
  Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
  matchExpressions.every(
    ({ key, operator, values = [] }) => values.includes(labels[key]) === (operator === 'In'),
  );

/** One sentence for each thing that is wrong. */
export function inconsistencies(resources) {
  return resources.flatMap((resource) => {
    const { kind, metadata, spec = {} } = resource;
    const problems = [];
    const need = (holds, sentence) => holds || problems.push(`${kind} ${metadata.name}: ${sentence}`);
    const exists = (wanted, name) => resources.some((r) => r.kind === wanted && r.metadata.name === name);
    const pods = resources.filter(isPodOwner).map((owner) => owner.spec?.template ?? {});
    const selected = (selector = {}) => pods.filter((pod) => matches(selector, pod.metadata?.labels ?? {}));
    const service = (name) => resources.find((r) => r.kind === 'Service' && r.metadata.name === name);

    if (isPodOwner(resource)) checkPod(need, exists, resource, resources);
    if (kind === 'Deployment') {
      need(matches(spec.selector ?? {}, spec.template.metadata.labels), 'does not select its own pods');
      const scaled = resources.some(
        (r) => r.kind === 'HorizontalPodAutoscaler' && r.spec.scaleTargetRef.name === metadata.name,
      );
      need(scaled !== 'replicas' in spec, 'has both or neither of replicas and an autoscaler');
      for (const wanted of ['Service', 'PodDisruptionBudget'])
        need(exists(wanted, metadata.name), `has no ${wanted}`);
    }
    if (kind === 'Service') {
      const found = selected({ matchLabels: spec.selector });
      need(found.length === 1, 'does not select one kind of pod');
      const ports = found.flatMap((pod) => pod.spec.containers.flatMap(({ ports = [] }) => ports));
      for (const { targetPort } of spec.ports)
        need(
          ports.some(({ name }) => name === targetPort),
          `no container has the port ${targetPort}`,
        );
    }
    if (kind === 'PodDisruptionBudget')
      need(selected(spec.selector).length === 1, 'does not select one kind of pod');
    if (kind === 'HorizontalPodAutoscaler')
      need(exists('Deployment', spec.scaleTargetRef.name), 'scales what does not exist');
    if (kind === 'NetworkPolicy') {
      need(selected(spec.podSelector).length > 0, 'is for no pod');
      // A peer with a namespaceSelector is elsewhere.
      const peers = [...(spec.ingress ?? []), ...(spec.egress ?? [])].flatMap(({ from, to }) => from ?? to);
      for (const { podSelector, namespaceSelector } of peers)
        if (podSelector && !namespaceSelector)
          need(selected(podSelector).length > 0, 'names a peer that does not exist');
    }
    if (kind === 'Ingress')
      for (const { http } of spec.rules)
        for (const { backend } of http.paths)
          need(
            service(backend.service.name)?.spec.ports.some(({ name }) => name === backend.service.port.name),
            `leads to ${backend.service.name}, which has no such port`,
          );
    if (kind === 'ServiceMonitor') {
      const found = resources.filter(
        (r) => r.kind === 'Service' && matches(spec.selector, r.metadata.labels),
      );
      need(found.length === 4, `selects ${found.length} Services, not 4`);
      const labels = found.map((r) => r.metadata.labels);
      need(
        labels.every((label) => label[spec.jobLabel] === 'rekey'),
        'does not name the job rekey, as the alerts do',
      );
      for (const { port, relabelings = [] } of spec.endpoints) {
        need(
          relabelings.some(({ targetLabel }) => targetLabel === 'process'),
          'has no label process, which the alerts read',
        );
        for (const { metadata, spec } of found)
          need(
            spec.ports.some(({ name }) => name === port),
            `Service ${metadata.name} has no port ${port}`,
          );
      }
    }
    return problems;
  });
}

function checkPod(need, exists, { kind, spec: { template } }, resources) {
  const { spec } = template;
  const { securityContext: pod = {}, volumes = [], containers } = spec;
  need(spec.automountServiceAccountToken === false, 'has a service account token');
  need(spec.enableServiceLinks === false, 'gets variables of Services, such as ISSUER_PORT');
  need(pod.runAsNonRoot === true && pod.runAsUser === 1000, 'may run as root');
  need(pod.seccompProfile?.type === 'RuntimeDefault', 'has no seccomp profile');
  for (const container of containers) {
    const { env = [], envFrom = [], volumeMounts = [], resources: given, securityContext } = container;
    need(securityContext?.allowPrivilegeEscalation === false, 'may gain privileges');
    need(securityContext?.readOnlyRootFilesystem === true, 'can write its root file system');
    need(securityContext?.capabilities?.drop?.includes('ALL'), 'has capabilities');
    need(
      given?.requests?.memory && given.requests.cpu && given.limits?.memory,
      'has no requests or no limit',
    );
    for (const { name } of volumeMounts)
      need(
        volumes.some((volume) => volume.name === name),
        `mounts ${name}, which is no volume`,
      );
    for (const { configMapRef } of envFrom)
      need(exists('ConfigMap', configMapRef.name), `reads ConfigMap ${configMapRef.name}, which is missing`);
    const mounted = volumeMounts.flatMap(({ name, mountPath }) =>
      (volumes.find((volume) => volume.name === name)?.secret?.items ?? []).map(
        ({ path }) => `${mountPath}/${path}`,
      ),
    );
    const named = env.filter(({ name }) => name.endsWith('_FILE')).map(({ value }) => value);
    for (const path of named) need(mounted.includes(path), `names ${path}, which is not mounted`);
    for (const path of mounted) need(named.includes(path), `mounts ${path}, which no variable names`);
    if (kind !== 'Deployment') continue;
    for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe'])
      need(
        container[probe]?.httpGet?.path === `/health/${probe === 'readinessProbe' ? 'ready' : 'live'}`,
        `has no ${probe}`,
      );
    const { periodSeconds, failureThreshold } = container.startupProbe ?? {};
    need(periodSeconds * failureThreshold >= 60, 'has less than a minute to start');
    const settings = Object.assign(
      {},
      ...envFrom.map(
        ({ configMapRef }) => resources.find((r) => r.metadata.name === configMapRef.name)?.data,
      ),
    );
    need(
      spec.terminationGracePeriodSeconds > Number(settings.DRAIN_SECONDS) + endSeconds,
      'is killed before it has ended',
    );
    const [, heap] = /--max-old-space-size=(\d+)/.exec(settings.NODE_OPTIONS) ?? [];
    const [, limit] = /^(\d+)Mi$/.exec(given?.limits?.memory) ?? [];
    need(Number(heap) <= Number(limit) * 0.6, 'has a heap that does not fit its memory limit');
  }
}
