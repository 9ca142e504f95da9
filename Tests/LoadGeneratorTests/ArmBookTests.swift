import Foundation
import MeshBase
import Reports
import Resilience
import Testing

@testable import LoadGenerator

/// What the customers of two degradation levels had.
@Suite struct ArmBookTests {
    private func quality(_ text: String) -> Double {
        var text = text
        return text.withUTF8 { ArmBook.quality(UnsafeRawBufferPointer($0)) }
    }

    @Test func theQualityOfAnAnswerIsTheMeanOfItselfAndWhatIsLess() {
        #expect(quality("") == 1)
        #expect(quality("ideas=0.7") == 0.85)
        #expect(quality("ideas=skipped") == 0.5)
        #expect(quality("ideas=static, ads=empty") == 0.5)
        #expect(quality("ideas=popular") == 0.75)
    }

    @Test func armsThatDifferAreTold() throws {
        let entry = ComparisonEntry(a: .normal, b: .critical, share: 0.5)
        var book = ArmBook(entry)
        for step in 0..<4_000 {
            let customer = step % 200 + 1
            let isSecond = entry.arm(of: CustomerHash("c\(customer)")) == .b
            var degraded = isSecond ? "ideas=skipped" : ""
            degraded.withUTF8 {
                book.ended(
                    customer, ok: true, degraded: UnsafeRawBufferPointer($0),
                    took: .milliseconds(isSecond ? 10 : 40), now: .zero + .milliseconds(Int64(step)))
            }
        }
        let report = book.report(seed: 7, now: .zero + .seconds(4))
        #expect(report.arms.map(\.level) == ["normal", "critical"])
        #expect(report.arms.reduce(0) { $0 + $1.requests } == 4_000)
        #expect(report.arms.reduce(0) { $0 + $1.customers } == 200)
        #expect(report.different == ["p99_ms", "quality"])
        #expect(report.arms.map { $0.figures["quality"]?.value } == [1, 0.5])
        var whole = LoadReport()
        whole.comparison = report
        #expect(try JSONDecoder().decode(LoadReport.self, from: Data(DocumentText.json(whole).utf8)) == whole)
        #expect(whole.text.contains("differ for certain: p99_ms, quality"))
        #expect(book.report(seed: 7, now: .zero + .seconds(4)) == report, "the same seed, the same intervals")
    }
}
