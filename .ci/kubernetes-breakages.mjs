// Ways to break the rendered example, and how each has to be refused.

const podOf = (resource) => resource.spec.template.spec;
const containerOf = (resource) => podOf(resource).containers[0];

/** `breaks` gets a function that finds a resource by kind and name, and changes it. */
export const breakages = [
  {
    what: 'an unknown field of a container',
    refusal: /Deployment issuer: .*"readinesProbe"' does not exist/,
    breaks: (the) => {
      containerOf(the('Deployment', 'issuer')).readinesProbe = {};
    },
  },
  {
    what: 'an unknown field of a ServiceMonitor',
    refusal: /ServiceMonitor rekey: .*"bearerToken"' does not exist/,
    breaks: (the) => {
      the('ServiceMonitor', 'rekey').spec.endpoints[0].bearerToken = 'x';
    },
  },
  {
    what: 'a field in the wrong place',
    refusal: /Deployment courier: .*"enableServiceLinks"' does not exist/,
    breaks: (the) => {
      containerOf(the('Deployment', 'courier')).enableServiceLinks = false;
    },
  },
  {
    what: 'a text where a number belongs',
    refusal: /Deployment console: .*'string' is not assignable to type 'number'/,
    breaks: (the) => {
      the('Deployment', 'console').spec.replicas = 'two';
    },
  },
  {
    what: 'a number that is not whole',
    refusal: /Deployment console: .*replicas.*integer/,
    breaks: (the) => {
      the('Deployment', 'console').spec.replicas = 1.5;
    },
  },
  {
    what: 'a number where a text belongs',
    refusal: /ConfigMap settings.*'number' is not assignable to type 'string'/,
    breaks: (the) => {
      the('ConfigMap', 'settings').data.DRAIN_SECONDS = 10;
    },
  },
  {
    what: 'a value that is not in an enumeration',
    refusal: /PodDisruptionBudget issuer: .*unhealthyPodEvictionPolicy/,
    breaks: (the) => {
      the('PodDisruptionBudget', 'issuer').spec.unhealthyPodEvictionPolicy = 'Always';
    },
  },
  {
    what: 'a required field that is missing',
    refusal: /Deployment recovery: .*selector/,
    breaks: (the) => {
      delete the('Deployment', 'recovery').spec.selector;
    },
  },
  {
    what: 'a kind that the API group lacks',
    refusal: /there is no Ingress in networking\.k8s\.io\/v1beta9/,
    breaks: (the) => {
      the('Ingress', 'rekey').apiVersion = 'networking.k8s.io/v1beta9';
    },
  },
  {
    what: 'a setting that comes from a ConfigMap which is missing',
    refusal: /Deployment courier: reads ConfigMap gone/,
    breaks: (the) => {
      containerOf(the('Deployment', 'courier')).envFrom[1].configMapRef.name = 'gone';
    },
  },
  {
    what: 'a secret that is named and not mounted',
    refusal: /Deployment issuer: names \/run\/secrets\/rekey\/DATABASE_URL/,
    breaks: (the) => {
      podOf(the('Deployment', 'issuer'))
        .volumes.find(({ secret }) => secret)
        .secret.items.shift();
    },
  },
  {
    what: 'a variable for each Service',
    refusal: /Deployment recovery: gets variables of Services/,
    breaks: (the) => {
      delete podOf(the('Deployment', 'recovery')).enableServiceLinks;
    },
  },
  {
    what: 'a Job that can write its root file system',
    refusal: /Job migrate: can write/,
    breaks: (the) => {
      containerOf(the('Job', 'migrate')).securityContext.readOnlyRootFilesystem = false;
    },
  },
  {
    what: 'a kill before the end of a drain',
    refusal: /Deployment issuer: is killed before/,
    breaks: (the) => {
      podOf(the('Deployment', 'issuer')).terminationGracePeriodSeconds = 30;
    },
  },
  {
    what: 'a heap that is larger than the memory',
    refusal: /Deployment console: .* heap/,
    breaks: (the) => {
      containerOf(the('Deployment', 'console')).resources.limits.memory = '256Mi';
    },
  },
  {
    what: 'a Service that selects nothing',
    refusal: /Service issuer: does not select one kind of pod/,
    breaks: (the) => {
      the('Service', 'issuer').spec.selector = { 'app.kubernetes.io/name': 'tokens' };
    },
  },
  {
    what: 'a network policy with a peer that does not exist',
    refusal: /NetworkPolicy recovery: names a peer/,
    breaks: (the) => {
      the('NetworkPolicy', 'recovery').spec.egress[0].to[0].podSelector.matchLabels = { app: 'issuer' };
    },
  },
  {
    what: 'replicas next to an autoscaler',
    refusal: /Deployment recovery: has both/,
    breaks: (the) => {
      the('Deployment', 'recovery').spec.replicas = 3;
    },
  },
  {
    what: 'a public name that leads nowhere',
    refusal: /Ingress rekey: leads to gone/,
    breaks: (the) => {
      the('Ingress', 'rekey').spec.rules[0].http.paths[0].backend.service.name = 'gone';
    },
  },
  {
    what: 'a job that the alerts do not know',
    refusal: /ServiceMonitor rekey: does not name the job/,
    breaks: (the) => {
      the('ServiceMonitor', 'rekey').spec.jobLabel = 'app.kubernetes.io/name';
    },
  },
];
