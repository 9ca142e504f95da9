#ifndef CELLMESH_CLIBUV_SHIM_H
#define CELLMESH_CLIBUV_SHIM_H

#include <uv.h>

#endif
