/**
 * The parts of OHIF v3 that this extension uses, as in 3.11 to 3.14. OHIF publishes no such types for run-time modules.
 * Add what your own extension uses.
 */

/** A row of `query.studies.search`, as OHIF's `processResults` returns it. */
export interface StudyRow {
  studyInstanceUid: string;
  /** Patient ID (0010,0020); OHIF calls it the medical record number. */
  mrn: string;
  [field: string]: unknown;
}

/** Argument of `query.studies.search`. */
export interface StudyQuery {
  studyInstanceUid?: string | string[];
  patientId?: string;
  disableWildcard?: boolean;
  [field: string]: unknown;
}

/** Argument of `retrieve.directURL`. */
export interface DirectUrlParameters {
  /** The instance's metadata. */
  instance?: Record<string, unknown>;
  /** The attribute that has the document or video. */
  tag?: string;
  defaultType?: string;
  defaultPath?: string;
  [option: string]: unknown;
}

export interface DataSource {
  initialize(args: { params: Record<string, unknown>; query: URLSearchParams }): unknown;
  query: {
    studies: { search(query?: StudyQuery): Promise<StudyRow[]>; [method: string]: unknown };
    series?: { search(studyInstanceUid: string): Promise<unknown>; [method: string]: unknown };
    [level: string]: unknown;
  };
  retrieve: {
    directURL(params: DirectUrlParameters): unknown;
    [method: string]: unknown;
  };
  getStudyInstanceUIDs(args: { params: Record<string, unknown>; query: URLSearchParams }): string[];
  getConfig?(): { thumbnailRendering?: string; qidoRoot?: string };
  [method: string]: unknown;
}

export interface DataSourceEntry {
  name: string;
  type: string;
  createDataSource(configuration: unknown, servicesManager: unknown, extensionManager?: unknown): DataSource;
}

export interface DataSourceDefinition {
  namespace: string;
  sourceName: string;
  configuration?: unknown;
}

export interface ExtensionManager {
  getModuleEntry(id: string): unknown;
  registerExtension?(extension: { id?: string } | null | undefined, ...more: unknown[]): Promise<unknown>;
  registeredExtensionIds?: string[];
  moduleTypeNames?: string[];
  dataSourceMap?: Record<string, unknown>;
  dataSourceDefs?: Record<string, unknown>;
  activeDataSourceName?: string;
  setActiveDataSource?(name: string): void;
  [member: string]: unknown;
}

export interface AppConfig {
  /** The recipe's `[modes]`. */
  ohifbuildModes?: { on?: string[]; hide?: string[] };
  extensions?: unknown[];
  modes?: Array<string | ModeModule>;
  dataSources?: DataSourceDefinition[];
  defaultDataSourceName?: string;
  oidc?: unknown;
  /** OHIF calls it with every error of a request or an image. */
  httpErrorHandler?: (error: unknown) => void;
  peerImport?: (name: string) => Promise<unknown>;
  [key: string]: unknown;
}

export interface UserAuthenticationService {
  setServiceImplementation(implementation: Record<string, unknown>): void;
}

export interface CustomizationService {
  setCustomizations?(customizations: Record<string, unknown>, scope?: string): void;
  Scope?: { Global: string };
}

export interface ServicesManager {
  services: {
    userAuthenticationService: UserAuthenticationService;
    customizationService: CustomizationService;
    [name: string]: unknown;
  };
}

export interface ExtensionArguments {
  servicesManager: ServicesManager;
  extensionManager: ExtensionManager;
  appConfig: AppConfig;
  [name: string]: unknown;
}

export interface Mode {
  id: string;
  routeName: string;
  displayName?: string;
  hide?: boolean;
  onModeInit?(args: unknown): void;
  onModeEnter?(...args: unknown[]): unknown;
  [member: string]: unknown;
}

export interface FactoryArguments {
  modeConfiguration?: unknown;
  loadModules(names: string[]): Promise<unknown[]>;
}

export interface ModeModule {
  id: string;
  modeFactory?(args: FactoryArguments): Mode | undefined | Promise<Mode | undefined>;
  [member: string]: unknown;
}
