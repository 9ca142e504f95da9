/// Days since 1970 and civil dates of the proleptic Gregorian calendar (Hinnant, "chrono-Compatible Low-Level Date
/// Algorithms", `civil_from_days` and `days_from_civil`).
public enum CivilCalendar {
    /// A date: `month` and `day` begin at 1.
    public struct Date: Hashable, Sendable {
        public var year: Int64
        public var month: Int64
        public var day: Int64

        public init(year: Int64, month: Int64, day: Int64) {
            self.year = year
            self.month = month
            self.day = day
        }
    }

    /// The date of a day since 1970-01-01; negative before.
    public static func date(ofDay day: Int64) -> Date {
        let shifted = day + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return .init(
            year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month: month,
            day: dayOfYear - (153 * marchMonth + 2) / 5 + 1)
    }

    /// Days from 1970-01-01 to a date that exists; the year is not negative.
    public static func day(of date: Date) -> Int64 {
        let shifted = date.month <= 2 ? date.year - 1 : date.year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (date.month > 2 ? date.month - 3 : date.month + 9) + 2) / 5 + date.day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// The day of the week of a day since 1970-01-01: 0 is Sunday, 6 Saturday.
    public static func weekday(ofDay day: Int64) -> Int {
        // 1970-01-01 was a Thursday.
        Int(((day + 4) % 7 + 7) % 7)
    }
}
