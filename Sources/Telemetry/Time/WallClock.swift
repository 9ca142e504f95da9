import Glibc

/// The time of day, for people and for files; never for decisions, which use the monotonic clock of the driver.
package enum WallClock {
    /// Nanoseconds since 1970, UTC.
    package static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
