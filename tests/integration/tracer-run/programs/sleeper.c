// SPDX-License-Identifier: Apache-2.0
/* Does one thing for as long as it lives. */
#include <unistd.h>

int main(void)
{
	for (;;)
		usleep(50000);
}
