import Glibc
import Scenarios

/// A moment by the machine's own calendar: hours that people set are meant so.
package struct LocalTime: Sendable, Equatable {
    package var week: WeekTime
    /// Such as `2026-03-04`.
    package var date: String
    /// Such as `14:05`.
    package var clock: String

    /// - Parameter wall: nanoseconds since 1970.
    package init(_ wall: Int64) {
        var seconds = time_t(wall / 1_000_000_000)
        var parts = tm()
        localtime_r(&seconds, &parts)
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        // Sunday is the first day there.
        week = WeekTime(day: (Int(parts.tm_wday) + 6) % 7, minute: Int(parts.tm_hour) * 60 + Int(parts.tm_min))
        date = "\(parts.tm_year + 1_900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
        clock = "\(two(parts.tm_hour)):\(two(parts.tm_min))"
    }
}
