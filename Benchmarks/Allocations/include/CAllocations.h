#pragma once

/// Calls of malloc in this process so far, by any thread; those of one that are made at the same time as another's may be
/// missed.
long allocation_count(void);
