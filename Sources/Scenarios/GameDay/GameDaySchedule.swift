import MeshBase
import Reports

/// When a game day is run by itself.
package struct GameDaySchedule: Sendable, Equatable {
    /// 0 for Monday.
    package var days: Set<Int>
    /// Minutes since midnight.
    package var minute: Int

    /// So long after its time it is still begun: after that, the next of its days counts.
    private static let grace = 60

    /// - Parameters:
    ///   - every: days, as of `ScheduleWindow.days`.
    ///   - at: `10:00`.
    /// - Returns: nil for what is no such thing.
    package init?(every: String, at: String) {
        guard let days = ScheduleWindow.days(every), let range = ScheduleWindow.minutes("\(at)-24") else { return nil }
        self.days = days
        minute = range.lowerBound
    }

    /// Whether it is to be begun now.
    ///
    /// - Parameters:
    ///   - date: today, such as `2026-03-04`.
    ///   - last: the day of the last run.
    package func isDue(_ time: WeekTime, date: String, last: String?) -> Bool {
        days.contains(time.day) && (minute..<minute + Self.grace).contains(time.minute) && last != date
    }
}
