/* Executes the other one of two programs repeatedly, each time after STEPS steps of a loop.
 *
 * usage: executes OTHER STEPS
 */
#include <stdlib.h>
#include <unistd.h>

int main(int count, char **arguments)
{
	if (count != 3)
		return 2;
	for (volatile long step = atol(arguments[2]); step > 0; step--)
		;
	execl(arguments[1], arguments[1], arguments[0], arguments[2], (char *)NULL);
	return 1;
}
