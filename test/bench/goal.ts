/** A goal of the project, as far as a run has checked it. */
export interface Goal {
  says: string;
  met: boolean;
}
