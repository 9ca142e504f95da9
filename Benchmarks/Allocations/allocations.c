#include "CAllocations.h"

#include <stddef.h>

// glibc's own, behind the name that the program takes from it. Swift forbids a program's own malloc in its language.
extern void *__libc_malloc(size_t size);

static long count;

void *malloc(size_t size) {
  count++;
  return __libc_malloc(size);
}

long allocation_count(void) { return count; }
