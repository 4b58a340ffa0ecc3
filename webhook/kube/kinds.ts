/** The kinds of object that Flak reads or writes. */
import { API_GROUP, API_VERSION } from '../names.ts';
import type { ResourceKind } from './resource.ts';

export const KINDS = {
  pods: { apiVersion: 'v1', plural: 'pods' },
  podTemplates: { apiVersion: 'v1', plural: 'podtemplates' },
  configMaps: { apiVersion: 'v1', plural: 'configmaps' },
  events: { apiVersion: 'v1', plural: 'events' },
  namespaces: { apiVersion: 'v1', plural: 'namespaces' },
  nodes: { apiVersion: 'v1', plural: 'nodes' },
  replicaSets: { apiVersion: 'apps/v1', plural: 'replicasets' },
  deployments: { apiVersion: 'apps/v1', plural: 'deployments' },
  jobs: { apiVersion: 'batch/v1', plural: 'jobs' },
  runtimeClasses: { apiVersion: 'node.k8s.io/v1', plural: 'runtimeclasses' },
  leases: { apiVersion: 'coordination.k8s.io/v1', plural: 'leases' },
  traces: { apiVersion: `${API_GROUP}/${API_VERSION}`, plural: 'traces' },
  syscallProfiles: { apiVersion: `${API_GROUP}/${API_VERSION}`, plural: 'syscallprofiles' },
} as const satisfies Record<string, ResourceKind>;
