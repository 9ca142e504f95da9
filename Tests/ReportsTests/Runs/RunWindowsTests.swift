import Testing

@testable import Reports

@Suite struct RunWindowsTests {
    private let cells = ["a", "b", "c", "d"]

    /// - Parameter marks: predicted and observed of each customer; nobody is told where empty.
    private func impact(
        _ since: Int64?, open: Bool = true, _ marks: [(CustomerMark, CustomerMark)] = [], noQuorum: Int? = nil,
        struck: [Int]? = nil
    ) -> FeedImpact {
        var impact = FeedImpact()
        (impact.since, impact.open, impact.struck) = (since, open, struck)
        impact.observed.noQuorum = noQuorum
        impact.ofThoseSeen = FeedImpact.Counts()
        impact.seen = marks.count { $0.1 != .unseen }
        if !marks.isEmpty {
            impact.marks = CustomerMarks.text(marks.map { $0.0.rawValue | $0.1.rawValue << 2 }, bits: 4)
        }
        return impact
    }

    private func counts(_ lost: Int, _ degraded: Int, _ untouched: Int, _ noQuorum: Int? = nil) -> FeedImpact.Counts {
        .init(lost: lost, degraded: degraded, untouched: untouched, noQuorum: noQuorum)
    }

    /// A partition and then a pause: the figures of the first go with the second, and the run had both.
    @Test func eachTimeThatCustomersCameToHarmIsAWindowAndTheWorstOfEachCounts() throws {
        var windows = RunWindows(begun: 10_000, ended: 40_000)
        // Before the run, and told of still while it begins.
        windows.take(impact(2_000, open: false, [(.lost, .lost)]), cells: cells, t: 10_500, customers: 1)
        #expect(windows.isEmpty)
        windows.take(
            impact(
                12_000, [(.lost, .lost), (.degraded, .unseen), (.untouched, .untouched), (.untouched, .degraded)],
                struck: [0]),
            cells: cells, t: 13_000, customers: 4)
        windows.take(
            impact(
                12_000, [(.lost, .lost), (.degraded, .degraded), (.untouched, .untouched), (.untouched, .unseen)],
                struck: [0, 1]),
            cells: cells, t: 14_000, customers: 4)
        windows.take(impact(12_000, open: false, struck: [0, 1]), cells: cells, t: 15_000, customers: 4)
        windows.take(
            impact(
                20_000,
                [(.untouched, .untouched), (.degraded, .degraded), (.degraded, .degraded), (.untouched, .untouched)],
                noQuorum: 1, struck: [2]),
            cells: cells, t: 21_000, customers: 4)
        windows.take(impact(50_000, [(.lost, .lost)], struck: [3]), cells: cells, t: 51_000, customers: 4)

        let rows = windows.windows
        #expect(rows.map(\.since) == [2_000, 10_000] && rows.map(\.until) == [5_000, nil])
        #expect(rows.map(\.cells) == [["a", "b"], ["c"]])
        #expect(rows.map(\.observed) == [counts(1, 2, 1), counts(0, 2, 2, 1)])
        #expect(rows.map(\.predicted) == [counts(1, 1, 2), counts(0, 2, 2)])
        #expect(rows.map(\.different) == [1, 0] && rows.map(\.seen) == [4, 4])

        let sum = try #require(windows.sum)
        #expect(sum.observed == counts(1, 3, 0, 1) && sum.predicted == counts(1, 2, 1) && sum.seen == 4)
        // The third fared worst when that was foreseen, the fourth when it was not.
        #expect(sum.ofThoseSeen == counts(1, 2, 1) && sum.different == 1)
        #expect(sum.others.map(\.customer) == [3] && sum.others[0].observed == .degraded)
    }

    /// Harm goes over into the next fault: who asked before that is none whom it should have struck.
    @Test func whoWasSeenBeforeACellWentOutIsNotHeldAgainstIt() throws {
        var windows = RunWindows(begun: 0, ended: .max)
        let before: [(CustomerMark, CustomerMark)] = [
            (.untouched, .untouched), (.untouched, .degraded), (.untouched, .untouched), (.untouched, .degraded),
        ]
        windows.take(impact(1_000, before), cells: cells, t: 2_000, customers: 4)
        let after: [(CustomerMark, CustomerMark)] = [
            (.degraded, .unseen), (.degraded, .degraded), (.degraded, .degraded), (.untouched, .degraded),
        ]
        windows.take(impact(1_000, after, struck: [0]), cells: cells, t: 3_000, customers: 4)
        let row = try #require(windows.windows.first)
        #expect(row.predicted == counts(0, 3, 1) && row.observed == counts(0, 3, 1) && row.seen == 4)
        #expect(row.ofThoseSeen == counts(0, 2, 2) && row.different == 1 && windows.sum?.different == 1)
        #expect(windows.sum?.predicted == counts(0, 3, 1) && windows.sum?.others.map(\.customer) == [3])
    }

    @Test func aWindowThatASecondControlPlaneTellsOfIsTheSame() {
        var windows = RunWindows(begun: 0, ended: .max)
        windows.take(impact(1_000, [(.lost, .lost)]), cells: cells, t: 2_000, customers: 1)
        windows.take(impact(1_700, [(.lost, .lost)]), cells: cells, t: 5_000, customers: 1)
        #expect(windows.windows.count == 1)
        windows.take(impact(1_700, open: false), cells: cells, t: 6_000, customers: 1)
        windows.take(impact(6_500, [(.lost, .lost)]), cells: cells, t: 7_000, customers: 1)
        #expect(windows.windows.map(\.since) == [1_000, 6_500])
    }

    /// The end of a fault has consequences, such as members that are declared dead by news of before.
    @Test func aWindowThatIsOpenAgainIsTheSame() {
        var windows = RunWindows(begun: 0, ended: .max)
        let marks: [(CustomerMark, CustomerMark)] = [(.lost, .lost), (.degraded, .degraded)]
        windows.take(impact(1_000, marks, struck: [0, 1]), cells: cells, t: 2_000, customers: 2)
        windows.take(impact(1_000, open: false, marks, struck: [0, 1]), cells: cells, t: 9_000, customers: 2)
        windows.take(impact(1_000, marks, struck: [0, 1]), cells: cells, t: 10_000, customers: 2)
        #expect(windows.windows.map(\.until) == [nil])
        windows.take(impact(1_000, open: false, marks, struck: [0, 1]), cells: cells, t: 11_000, customers: 2)
        #expect(windows.windows.map(\.until) == [11_000] && windows.windows.map(\.cells) == [["a", "b"]])
        #expect(windows.windows[0].predicted == counts(1, 1, 0))
    }

    @Test func aFaultOnServicesIsNamedByTheNumberOfItsCells() {
        var windows = RunWindows(begun: 0, ended: .max)
        var impact = impact(1_000, [(.degraded, .degraded)])
        impact.impaired = [1, 2]
        impact.predicted = counts(0, 7, 0)
        windows.take(impact, cells: cells, t: 2_000, customers: 1)
        #expect(windows.windows[0].predicted == counts(0, 7, 0) && windows.sum?.predicted == counts(0, 7, 0))
        #expect(windows.windows[0].impaired == ["b", "c"] && windows.windows[0].words.last == "services of 2 cells")
        #expect(
            RunWindow.out(["a"], impaired: ["b"]) == "a; services of 1 cell" && RunWindow.out([], impaired: nil) == nil)
    }

    @Test func manyCustomersAreToldInNumbersAlone() {
        var windows = RunWindows(begun: 0, ended: .max)
        for lost in [3, 5, 4] {
            var impact = FeedImpact(predicted: counts(6, 0, 20_000), observed: counts(lost, 0, 100))
            (impact.since, impact.open, impact.seen) = (1_000, true, 100 + lost)
            windows.take(impact, cells: cells, t: 2_000 + Int64(lost), customers: 20_006)
        }
        #expect(windows.sum == nil && windows.windows.map(\.observed) == [counts(5, 0, 100)])
        #expect(windows.windows[0].different == nil && windows.windows[0].words.contains("6 | 5"))
    }

    @Test func windowsAreBounded() {
        var windows = RunWindows(begun: 0, ended: .max)
        for number in 1...Int64(RunWindows.most + 3) {
            windows.take(impact(number * 10_000), cells: cells, t: number * 10_000 + 1, customers: 1)
            windows.take(impact(number * 10_000, open: false), cells: cells, t: number * 10_000 + 2, customers: 1)
        }
        #expect(windows.windows.count == RunWindows.most && windows.left == 3)
    }

    @Test func aReportSaysEachWindowWhereThereAreSeveral() throws {
        var row = RunWindow(since: -5, cells: ["a"], predicted: counts(1, 2, 3), seen: 2, observed: counts(0, 1, 1, 4))
        (row.until, row.ofThoseSeen, row.different) = (1_500, counts(0, 2, 0, 3), 1)
        #expect(row.words == ["before", "1.5 s", "0 | 0", "2 | 1", "3 | 4", "2", "1", "a"])
        let text = ReportJSON.encode(row)
        #expect(try ReportJSON.read(RunWindow.self, text) == row)
    }
}
