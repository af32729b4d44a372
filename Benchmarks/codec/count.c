// Preloaded: counts allocations, and prints their number at the end.
#define _GNU_SOURCE
#include <stddef.h>
#include <stdio.h>
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
static long count;
void *malloc(size_t size) { count++; return __libc_malloc(size); }
void *calloc(size_t number, size_t size) { count++; return __libc_calloc(number, size); }
void *realloc(void *old, size_t size) { count++; return __libc_realloc(old, size); }
int posix_memalign(void **result, size_t alignment, size_t size) { count++; *result = __libc_memalign(alignment, size); return *result ? 0 : 12; }
void *aligned_alloc(size_t alignment, size_t size) { count++; return __libc_memalign(alignment, size); }
__attribute__((destructor)) static void report(void) { fprintf(stderr, "%ld\n", count); }
