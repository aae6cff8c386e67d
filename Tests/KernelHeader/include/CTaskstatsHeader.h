/* Where the compiler puts the members of struct taskstats as the installed <linux/taskstats.h> declares it. */
#pragma once
#include <stddef.h>

struct ctaskstats_member { const char *name; size_t offset; size_t size; };

/* The members that the header has, without ac_pad; the last one's name is null. */
const struct ctaskstats_member *ctaskstats_members(void);
/* The header's TASKSTATS_VERSION. */
unsigned ctaskstats_version(void);
/* The size of the struct. */
size_t ctaskstats_size(void);
