#ifndef CPAGES_H
#define CPAGES_H

#include <stddef.h>

/// A file of the page, as it lies in Page/.
struct cpages_file {
    const char *name;
    const unsigned char *bytes;
    size_t count;
};

/// The document, the style sheet, then the modules, each after those that it imports. The last has no name.
const struct cpages_file *cpages_files(void);

#endif
