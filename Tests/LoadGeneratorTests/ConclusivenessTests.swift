import Checkers
import Reports
import Testing

@testable import LoadGenerator

@Suite struct ConclusivenessTests {
    private let record = RecordID(1)

    private func report(_ writes: AcknowledgedWrites) -> LoadReport {
        var report = LoadReport()
        report.take(writes.verdict(), conclusive: !writes.isInconclusive)
        return report
    }

    @Test func aReadThatCouldNotBeMadeIsInconclusive() {
        var writes = AcknowledgedWrites()
        writes.acknowledged(record, value: 7, version: .none, began: .zero, ended: .zero)
        let report = report(writes)
        #expect(report.verdicts.map(\.ok) == [false])
        #expect(report.verdicts.contains { $0.isViolated } == false)
        #expect(report.text.contains("inconclusive acknowledged-writes"))
        #expect(!report.text.contains("violated"))
        #expect(DocumentText.json(report, .compact).contains("\"conclusive\":false"))
    }

    @Test func aWriteThatIsGoneIsViolated() {
        var writes = AcknowledgedWrites()
        writes.acknowledged(record, value: 7, version: .none, began: .zero, ended: .zero)
        writes.readBack(record, .missing)
        let report = report(writes)
        #expect(report.verdicts.contains { $0.isViolated })
        #expect(report.text.contains("violated     acknowledged-writes"))
    }

    @Test(arguments: [
        ("p99<50ms", 12.25, "12.3 ms"), ("max<1s", 0.25, "250 us"), ("success>=99.9%", 0.9987, "99.9 %"),
        ("rate>=900", 480, "480/s"), ("lost_writes==0", 1, "1 write"), ("error_rate<1%", 0.05, "5 %"),
    ])
    func objectivesPrintUnits(_ expression: String, _ observed: Double, _ text: String) {
        #expect(ObjectiveResult(expression: expression, ok: true, observed: observed).observedText == text)
    }
}
