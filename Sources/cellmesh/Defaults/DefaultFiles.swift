/// The files that `init` writes and that `up` falls back to, so that the program works where it stands alone.
enum DefaultFiles {}
