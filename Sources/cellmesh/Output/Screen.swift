import Glibc

/// The terminal that a descriptor is.
enum Screen {
    struct Size {
        var columns: Int
        var rows: Int
    }

    /// Nil where there is no terminal, or one that does not know.
    static func size(_ descriptor: Int32) -> Size? {
        var size = winsize()
        guard isatty(descriptor) == 1, ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
            return nil
        }
        return Size(columns: Int(size.ws_col), rows: max(Int(size.ws_row), 2))
    }
}
