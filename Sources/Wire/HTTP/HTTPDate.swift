import MeshBase

/// The `Date` field of answers, `Date: Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, 6.6.1; the format is 5.6.7's
/// IMF-fixdate). The line is rendered again only when its second changes, in the same place.
package struct HTTPDate: Sendable {
    /// With its line end.
    package private(set) var line = Array("Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n".utf8)
    private var second: Int64 = 0

    private static let weekdays: StaticString = "SunMonTueWedThuFriSat"
    private static let months: StaticString = "JanFebMarAprMayJunJulAugSepOctNovDec"

    /// - Parameter wall: nanoseconds since 1970.
    package init(wall: Int64) { update(wall: wall) }

    /// Sets the time; one before 1970 is told as 1970, and none after 9999 fits into the parameter.
    package mutating func update(wall nanoseconds: Int64) {
        let second = max(0, nanoseconds / 1_000_000_000)
        guard second != self.second else { return }
        self.second = second
        let day = second / 86_400
        let rest = second % 86_400
        let date = CivilCalendar.date(ofDay: day)
        name(Self.weekdays, CivilCalendar.weekday(ofDay: day), at: 6)
        digits(date.day, 2, at: 11)
        name(Self.months, Int(date.month) - 1, at: 14)
        digits(date.year, 4, at: 18)
        digits(rest / 3_600, 2, at: 23)
        digits(rest / 60 % 60, 2, at: 26)
        digits(rest % 60, 2, at: 29)
    }

    private mutating func name(_ names: StaticString, _ index: Int, at position: Int) {
        for offset in 0..<3 { line[position + offset] = names.utf8Start[index * 3 + offset] }
    }

    private mutating func digits(_ value: Int64, _ count: Int, at position: Int) {
        var value = value
        for offset in (0..<count).reversed() {
            line[position + offset] = UInt8(48 + value % 10)
            value /= 10
        }
    }
}
