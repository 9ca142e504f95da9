import MeshBase
import Testing

@Suite struct CivilCalendarTests {
    @Test(
        arguments: [
            (0, 1970, 1, 1, 4), (-1, 1969, 12, 31, 3), (11_016, 2000, 2, 29, 2), (9_075, 1994, 11, 6, 0),
            (47_540, 2100, 2, 28, 0), (47_541, 2100, 3, 1, 1),
        ] as [(Int64, Int64, Int64, Int64, Int)])
    func knownDays(_ day: Int64, _ year: Int64, _ month: Int64, _ ofMonth: Int64, _ weekday: Int) {
        let date = CivilCalendar.Date(year: year, month: month, day: ofMonth)
        #expect(CivilCalendar.date(ofDay: day) == date)
        #expect(CivilCalendar.day(of: date) == day)
        #expect(CivilCalendar.weekday(ofDay: day) == weekday)
    }

    /// Every day of four centuries follows the one before it.
    @Test func bothWays() {
        var last = CivilCalendar.date(ofDay: -1)
        for day in Int64(0)..<146_097 {
            let date = CivilCalendar.date(ofDay: day)
            let isNext =
                (date.year, date.month, date.day) == (last.year, last.month, last.day + 1)
                || (date.year, date.month, date.day) == (last.year, last.month + 1, 1)
                || (date.year, date.month, date.day) == (last.year + 1, 1, 1) && last.month == 12
            guard isNext, CivilCalendar.day(of: date) == day else {
                Issue.record("\(date) after \(last)")
                return
            }
            last = date
        }
    }
}
