#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
