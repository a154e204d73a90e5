/* Counts of the whole server in a page of memory that others read through /proc/PID/fd: telling them costs nothing. */
#define _GNU_SOURCE
#include "server.h"

#include <sys/mman.h>
#include <unistd.h>

struct tally *tally;

int share_tally(void) {
  int fd = memfd_create("tally", MFD_CLOEXEC);
  if (fd < 0 || ftruncate(fd, sizeof *tally) < 0) return -1;
  tally = mmap(NULL, sizeof *tally, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  return tally == MAP_FAILED ? -1 : fd;
}
