import { containersStartWhatExists, imageIsSafe } from './containers.js';
import { noCycles } from './cycles.js';
import { direction } from './direction.js';
import { oneClock, oneReaderOfTheEnvironment } from './environment-and-clock.js';
import { everyControllerIsGuarded } from './guards.js';
import { commandsExist, mapIsTrue, noMachinePaths, readmeIsShort, scriptsCanRun, tidyTop } from './layout.js';
import { linksLeadToFiles, pagesAreIndexed } from './links.js';
import { everyTestRuns, noLimitOfItsOwn, noLooseEnds } from './loose-ends.js';
import { goodClassNames, goodNames } from './names.js';
import { pagesNameWhatExists } from './names-in-pages.js';
import { aliasesAgree, importsAreDeclared, versionsAreExact } from './packages.js';
import { kindsAreSpeltOnce } from './proof-kinds.js';
import { noRetiredWords } from './retired-words.js';
import { fewConstructorParameters, smallFiles } from './sizes.js';
import type { Rule } from './source-tree.js';
import { migrationsOnly, statementNamesAreUnique, tablesStayAtHome } from './tables.js';

/** The plan of the house. A rule has no list of exceptions: change the code, or the rule for everyone. */
export const rules: Record<string, Rule> = {
  'imports follow the direction and use front doors': direction,
  'no import cycles': noCycles,
  'one room reads the environment': oneReaderOfTheEnvironment,
  'time comes from a passed clock': oneClock,
  'files are small': smallFiles,
  'constructors take six parameters at most': fewConstructorParameters,
  'files and folders have good names': goodNames,
  'classes have good names': goodClassNames,
  'no word that was retired comes back': noRetiredWords,
  'nothing is left loose': noLooseEnds,
  'every test runs': everyTestRuns,
  'no test has a limit of its own': noLimitOfItsOwn,
  'the schema changes by migrations only': migrationsOnly,
  'every controller has a guard or is public': everyControllerIsGuarded,
  'a room owns its tables': tablesStayAtHome,
  'a kind of proof is spelt where it is defined': kindsAreSpeltOnce,
  'statement names are unique': statementNamesAreUnique,
  'imported packages are declared': importsAreDeclared,
  'versions are exact': versionsAreExact,
  'aliases and rooms agree': aliasesAgree,
  'the top is tidy': tidyTop,
  'the README is short': readmeIsShort,
  'the code map is true': mapIsTrue,
  'commands that are told exist': commandsExist,
  'links in Markdown lead to files': linksLeadToFiles,
  'pages are indexed': pagesAreIndexed,
  'pages name what exists': pagesNameWhatExists,
  'no path of one machine': noMachinePaths,
  'scripts can run': scriptsCanRun,
  'the image is safe': imageIsSafe,
  'containers start what exists': containersStartWhatExists,
};
