import Drills
import Sharding
import Testing

@testable import Reports

@Suite struct RunReportTests {
    static func report(_ id: String = "20260301-120000123-load", failed: UInt64 = 12) -> RunReport {
        var report = RunReport(
            id: id, kind: .load, title: "400 requests/s for 30.0 s", mesh: "shop", begun: "2026-03-01T12:00:00.123Z",
            ended: "2026-03-01T12:00:30.123Z", durationMilliseconds: 30_000,
            command: "cellmesh load run --rate 400")
        report.figures = [
            .init("requests", 12_000), .init("success", 0.999, .share), .init("p99", 12.5, .milliseconds),
            .init("rate", 400, .perSecond), .init("acknowledged writes lost", nil),
        ]
        report.judge([
            .share("success>=99%", 12_000 - failed, of: 12_000, .atLeast, 0.99),
            .quantile("p99<50ms", 0.99, .below, 50, samples: 100, noise: DrillNoise()) { Double($0) / 10 },
            .count("acknowledged writes lost", 0, .equal, 0),
        ])
        return report
    }

    /// A number that is exact says what it was to be; a drill of a game day says what became of it.
    @Test func aReasonIsSaidInWords() {
        var lost = Self.report()
        lost.reasons = []
        lost.judge([.count("acknowledged writes lost", 3, .equal, 0)])
        #expect(lost.reasons == ["acknowledged writes lost: 3, and was to be == 0"])
        var day = GameDayReport(id: "i", name: "d", title: "D", mesh: "m", began: "2026-03-04T10:00:00Z")
        day.drills = [
            .init(name: "one", outcome: "passed", verdict: .passed, reason: nil, report: nil),
            .init(name: "failing", outcome: "deviated", verdict: .failed, reason: "not kept: p99<5ms", report: nil),
            .init(name: "last", outcome: "skipped", verdict: .skipped, reason: nil, report: nil),
        ]
        (day.reason, day.isWhole) = ("stopped: the drill 'failing' ended as deviated", false)
        var report = Self.report()
        report.take(day)
        #expect(
            report.reasons == [
                "stopped: the drill 'failing' ended as deviated", "failing failed: deviated, not kept: p99<5ms",
                "not run: last", "the mesh did not serve as a whole afterwards",
            ])
    }

    @Test func okMeansThatAllOfItWasMet() {
        var report = Self.report()
        #expect(report.outcome == .inconclusive && report.ok == false && !report.conclusive)
        #expect(report.reasons.contains { $0.contains("p99<50ms is undecided") && $0.contains("would decide") })
        report = Self.report(failed: 600)
        #expect(report.outcome == .deviated && report.ok == false)
        #expect(report.reasons.first?.hasPrefix("success>=99%: 95.0 %") == true)
        var none = Self.report()
        none.judge([])
        var quiet = RunReport(
            id: "i", kind: .lab, title: "", mesh: nil, begun: "", ended: "", durationMilliseconds: 0, command: "")
        quiet.judge([])
        #expect(quiet.ok == nil && quiet.outcome == .observed && quiet.conclusive)
        quiet.judge([.count("lost", 0, .equal, 0)])
        #expect(quiet.ok == true && quiet.outcome == .passed)
    }

    @Test func aReportIsReadAsItWasWritten() throws {
        var report = Self.report()
        report.timeline = [RunMoment(at: 1, .cause, "a", "process kill")]
        report.incidents = [
            RunIncident(subjects: ["a"], what: "kill", cause: 1, detection: nil, impact: 2, recovery: nil, failed: 3)
        ]
        report.noise = RunNoise()
        report.impact = impact
        report.falls = [
            DrillFall(service: "a", cell: "c-1", afterMilliseconds: 1, share: 0.9, callers: nil, through: "b")
        ]
        report.wave = FailureWave(requests: [10, 10], failed: [0, 1], period: .seconds(1))
        let text = ReportJSON.encode(report)
        #expect(try ReportJSON.read(RunReport.self, text) == report)
    }

    @Test func servicesThatFellAndTheWaveOfFailuresAreOnThePage() throws {
        var report = Self.report()
        report.falls = (0..<60).map {
            DrillFall(
                service: "s\($0)", cell: "us-<1>", afterMilliseconds: 1_000 * Double($0), share: 0.9,
                callers: $0 == 0 ? nil : "front", through: "back")
        }
        let shares = (0..<40).map { 0.3 * (1 - Double($0) / 40) }
        report.wave = FailureWave(
            requests: shares.map { _ in 1_000 }, failed: shares.map { UInt64($0 * 1_000) }, period: .seconds(1))
        let words = Self.words(report.page(nil).render())
        #expect(words.contains("Services by the time of their fall") && words.contains("us-&lt;1&gt;"))
        #expect(words.contains("clients") && words.contains("And 10 more."))
        #expect(words.contains("Failures and their wave") && words.contains("300 s") == false)
        #expect(words.contains("How failures grew") && words.contains("r2"))
        report.wave = FailureWave(requests: [10], failed: [0], period: .seconds(1))
        #expect(Self.words(report.page(nil).render()).contains("nothing failed"))
        var series = RunSeries()
        series.all.requests = [10, 100, 100, 100]
        series.all.ok = [10, 90, 95, 100]
        series.services = ["a": series.all]
        let wave = FailureWave(series)
        #expect(wave.errors == [0.1, 0.05, 0] && wave.missing == "too short after the first failure: 3s")
        #expect(wave.rows.contains { $0.name == "seen after" && $0.text == "1.0 s" }, "\(wave.rows)")
    }

    private var impact: RunReport.Impact {
        var observed = ObservedBlastRadius.Observed()
        (observed.customers, observed.lost, observed.degraded, observed.untouched) = (10, 1, 3, 6)
        observed.predicted = .init(lost: 1, degraded: 2, untouched: 7)
        (observed.different, observed.noQuorum, observed.cells, observed.unexpected) = (1, 1, ["us-east-1"], 30)
        observed.deviations = (0..<30).map {
            .init(customer: "c\($0)", predicted: "untouched", observed: "degraded", outcomes: ImpactPage.Outcomes())
        }
        let counts = BlastRadiusReport.Counts(lost: 11, degraded: 22, untouched: 67)
        return RunReport.Impact(
            predicted: BlastRadiusReport(
                cells: ["us-east-1"], customers: 100, counts: counts, noQuorum: 5, traditional: counts,
                plainCells: counts,
                expected: .init(lost: 1, lostDeviation: 1, degraded: 2, degradedDeviation: 1)),
            observed: observed)
    }

    /// Where no router told for a time, none of a kind is not known to be none.
    @Test func whatNobodySawIsNoZero() {
        var report = Self.report()
        report.impact = impact
        report.impact?.unseen = "the load goes through r1, which a step has stopped"
        report.impact?.observed.lost = 0
        #expect(report.impact?.seen(0) == "-" && report.impact?.seen(3) == "3 or more")
        #expect(
            report.impact?.sentence.hasSuffix(
                "10 customers asked meanwhile; not known: the load goes through r1, which a step has stopped") == true)
        #expect(report.markdown.contains("| lost | 11 | 1 or more | - |"), "\(report.markdown)")
        #expect(Self.words(report.page(nil).render()).contains("3 or more"))
    }

    /// What is out for a moment soon after something else is in the totals alone.
    @Test func cellsWhoseCustomersAreInNoWindowAreNamed() {
        func incident(_ name: String, _ what: String) -> RunIncident {
            RunIncident(
                subjects: [name], what: what, cause: 2_100, detection: nil, impact: nil, recovery: 4_000, failed: 0)
        }
        var report = Self.report()
        report.incidents = [
            incident("us-east-1", "process kill"), incident("us-east-2", "process kill"),
            incident("us-east-2", "process kill"), incident("us-east-3", "process restart"),
            incident("r1", "process kill"),
        ]
        let cells: Set<String> = ["us-east-1", "us-east-2", "us-east-3"]
        report.tellUncounted(among: cells)
        report.impact = impact
        // Of the last window alone nobody knows what else there was.
        report.tellUncounted(among: cells)
        #expect(report.impact?.uncounted == nil)
        report.impact?.windows = [
            RunWindow(
                since: 0, cells: ["us-east-1"], predicted: FeedImpact.Counts(), seen: 0, observed: FeedImpact.Counts())
        ]
        report.tellUncounted(among: cells)
        #expect(report.impact?.uncounted == ["us-east-2"])
        #expect(
            report.impact?.sentence.contains("not counted customer by customer: us-east-2, out for less than 4 s")
                == true)
    }

    /// The words of a page, which are what a reader gets: a golden.
    @Test func thePageSaysWhatThereIsToSay() {
        var report = Self.report()
        report.title = "<400 requests/s>"
        report.impact = impact
        report.timeline = [RunMoment(at: 2_100, .cause, "us-east-1", "process kill", tellers: 2)]
        report.incidents = [
            RunIncident(
                subjects: ["us-east-1"], what: "process kill", cause: 2_100, detection: 2_500, impact: 2_100,
                recovery: 4_000, failed: 12)
        ]
        var series = RunSeries()
        series.all.requests = [400, 400, 400]
        series.all.ok = [400, 388, 400]
        series.all.shed = [0, 2, 0]
        (series.all.p50, series.all.p90, series.all.p99) = ([1, 2, 1], [2, 3, 2], [3, nil, 4])
        series.noise.late = [0, 1, 0]
        let words = Self.words(report.page(series).render())
        for sentence in [
            "load: &lt;400 requests/s&gt;", "inconclusive in 30.0 s, 2026-03-01T12:00:00.123Z, mesh shop",
            "p99&lt;50ms timing &lt; 50 ms 9.90 ms", "undecided of 100",
            "success&gt;=99% share &gt;= 99.0 % 99.9 %", "acknowledged writes lost count == 0 0 exactly met",
            "lost 11 1 1 0", "degraded 22 2 3 1", "untouched 67 7 6 -1", "no quorum 5 0 1 1",
            "out: us-east-1; 10 customers asked meanwhile, 1 otherwise than predicted",
            "process kill us-east-1 2.1 s 400 ms 0.00 ms 1.9 s 12", "2.100 s cause us-east-1 process kill 2",
            "c19 untouched degraded", "And 10 more.", "The same again: cellmesh load run --rate 400",
        ] { #expect(words.contains(sentence), "\(sentence) in \(words.prefix(4_000))") }
        #expect(!words.contains("c20 untouched"))
        let page = report.page(series).render()
        #expect(!page.contains("<script") && !page.contains("http") && page.utf8.count < 40_000)
    }

    /// Text without tags, each run of white space as one.
    private static func words(_ page: String) -> String {
        var text = ""
        var isTag = false
        for character in page {
            if character == "<" { isTag = true }
            if !isTag { text.append(character) }
            if character == ">", isTag {
                isTag = false
                text.append(" ")
            }
        }
        return text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            .replacing(" .", with: ".")
    }

    /// A request was on its way when the last one had been sent.
    @Test func aPeriodThatIsNoneIsNotDrawn() {
        var report = Self.report()
        report.durationMilliseconds = 3_020
        var series = RunSeries()
        series.all.requests = [400, 400, 400, 1]
        series.all.ok = series.all.requests
        series.all.shed = [0, 0, 0, 0]
        (series.all.p50, series.all.p90, series.all.p99) = ([1, 1, 1, 9], [1, 1, 1, 9], [1, 1, 1, 9])
        series.noise.late = [0, 0, 0, 0]
        let page = report.page(series).render()
        // The axis ends with the third second.
        #expect(page.contains(">2.50</text>") && !page.contains(">3.50</text>"))
    }

    @Test func loadsUnderWayAreOneForThePage() {
        #expect(FeedLoad([]) == nil)
        var load = LoadStatusReport.Load(pid: 1, startTime: 2, durationMilliseconds: 1, targetRate: 100)
        (load.requests, load.ok, load.dropped) = (50, 49, 1)
        load.series.noise.lag = [3, 7, nil]
        var other = load
        other.series.noise.lag = [9, 2]
        #expect(FeedLoad([load, other]) == FeedLoad(rate: 200, sent: 100, ok: 98, dropped: 2, lag: 2))
    }

    @Test func aPageOfManyThingsStaysUnderItsLimit() {
        var report = Self.report()
        let name = String(repeating: "<", count: 5_000)
        report.timeline = (0..<200).map { RunMoment(at: Double($0), .change, name, name) }
        #expect(report.page(nil).render().utf8.count <= HTMLPage.limit)
    }

    @Test func junitHasACaseForEachClaim() {
        var report = Self.report(failed: 600)
        report.title = "a \"b\" & <c>"
        let text = report.junit
        #expect(text.hasPrefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"))
        #expect(
            text.contains(
                "name=\"a &quot;b&quot; &amp; &lt;c&gt;\" tests=\"3\" failures=\"1\" errors=\"0\" skipped=\"1\""))
        #expect(text.contains("<failure message=\"95.0 %") && text.contains("<skipped message=\"undecided: of 100\"/>"))
        #expect(text.contains("time=\"30.000\"") && text.hasSuffix("  </testsuite>\n</testsuites>\n"))
        report.outcome = .failed
        #expect(report.junit.contains("tests=\"4\" failures=\"1\" errors=\"1\""))
    }

    @Test func markdownTakesNoTextForMarkup() {
        var report = Self.report()
        report.title = "a | b *c* <d>\n# e"
        let text = report.markdown
        #expect(text.hasPrefix("# load: a \\| b \\*c\\* \\<d\\> \\# e\n"))
        #expect(text.contains("| success\\>=99% | \\>= 99.0 % | 99.9 % |"))
        #expect(text.contains("| p99 | 13 ms |") && text.hasSuffix("`cellmesh load run --rate 400`\n"))
    }

    @Test func twoReportsDifferForCertainWhereTheirIntervalsDoNotMeet() throws {
        let comparison = RunComparison(Self.report("a"), Self.report("b", failed: 600))
        #expect(comparison.claims.map(\.name) == ["success>=99%", "p99<50ms", "acknowledged writes lost"])
        #expect(comparison.claims.map(\.different) == [true, false, false])
        #expect(comparison.claims.map(\.word) == ["for certain", "equal", "equal"])
        #expect(RunComparison(Self.report("a"), Self.report("b", failed: 13)).claims[0].word == "may be chance")
        #expect(comparison.figures.map(\.name).contains("p99"))
        var other = Self.report("c")
        other.judge([.count("another", nil, .equal, 0)])
        let mixed = RunComparison(Self.report("a"), other)
        #expect(mixed.claims.count == 4 && mixed.claims[3].a == nil && mixed.claims[3].different == nil)
        #expect(try ReportJSON.read(RunComparison.self, ReportJSON.encode(mixed)) == mixed)
    }
}
