/* A load of short tasks that use the CPU for known times. */

/* Runs that many tasks in several processes at once and prints for each of them, in no order,
 * "spin PID LOOP-NS RAN-NS RUSAGE-US SLEPT": how long its loop took, for how much of that it was surely running, what wait4
 * reported for it, and whether it slept before. */
void spin_tasks(unsigned long long seed, int tasks);
