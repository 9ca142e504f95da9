#include "CPages.h"

// C23 has #embed; clang takes it in C17 too, and says so.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char dashboard[] = {
#embed "Page/dashboard.html"
};
static const unsigned char look[] = {
#embed "Page/look.css"
};
static const unsigned char words[] = {
#embed "Page/words.js"
};
static const unsigned char spark[] = {
#embed "Page/spark.js"
};
static const unsigned char store[] = {
#embed "Page/store.js"
};
static const unsigned char feed[] = {
#embed "Page/feed.js"
};
static const unsigned char tiles[] = {
#embed "Page/tiles.js"
};
static const unsigned char map[] = {
#embed "Page/map.js"
};
static const unsigned char customers[] = {
#embed "Page/customers.js"
};
static const unsigned char lanes[] = {
#embed "Page/lanes.js"
};
static const unsigned char timeline[] = {
#embed "Page/timeline.js"
};
static const unsigned char activity[] = {
#embed "Page/activity.js"
};
static const unsigned char drawer[] = {
#embed "Page/drawer.js"
};
static const unsigned char faults[] = {
#embed "Page/faults.js"
};
static const unsigned char consequences[] = {
#embed "Page/consequences.js"
};
static const unsigned char predict[] = {
#embed "Page/predict.js"
};
static const unsigned char keys[] = {
#embed "Page/keys.js"
};
static const unsigned char impact[] = {
#embed "Page/impact.js"
};
static const unsigned char main_module[] = {
#embed "Page/main.js"
};

#define FILE_OF(name, bytes) {name, bytes, sizeof bytes}

static const struct cpages_file files[] = {
    FILE_OF("dashboard.html", dashboard),
    FILE_OF("look.css", look),
    FILE_OF("words.js", words),
    FILE_OF("spark.js", spark),
    FILE_OF("store.js", store),
    FILE_OF("feed.js", feed),
    FILE_OF("tiles.js", tiles),
    FILE_OF("map.js", map),
    FILE_OF("customers.js", customers),
    FILE_OF("lanes.js", lanes),
    FILE_OF("timeline.js", timeline),
    FILE_OF("activity.js", activity),
    FILE_OF("drawer.js", drawer),
    FILE_OF("faults.js", faults),
    FILE_OF("consequences.js", consequences),
    FILE_OF("predict.js", predict),
    FILE_OF("keys.js", keys),
    FILE_OF("impact.js", impact),
    FILE_OF("main.js", main_module),
    {0, 0, 0},
};

const struct cpages_file *cpages_files(void) { return files; }
