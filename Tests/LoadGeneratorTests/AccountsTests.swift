import Checkers
import MeshBase
import Testing

@testable import LoadGenerator

@Suite struct AccountsTests {
    private func request(_ kind: LoadRequest.Kind = .read) -> LoadRequest {
        LoadRequest(intended: .zero, customer: 1, item: 1, kind: kind, priority: .critical)
    }

    @Test func everyRequestEndsInOneWay() {
        var accounts = LoadAccounts()
        accounts.answer(request(), status: 200, isOK: true, after: .milliseconds(1))
        accounts.answer(request(), status: 404, isOK: true, after: .milliseconds(1))
        accounts.answer(request(), status: 503, isOK: false, after: .milliseconds(1))
        accounts.note(problem: "no-quorum", of: request())
        for failure in LoadFailure.allCases { accounts.fail(request(), failure, after: .seconds(5)) }
        var report = LoadReport()
        report.durationMs = 1000
        report.take(accounts)
        #expect(report.requests == 3 + 6)
        #expect(report.ok == 2)
        #expect(report.dropped == 1)
        #expect(report.failed == report.requests - report.ok - report.dropped)
        #expect(report.byStatus == ["200": 1, "404": 1, "503": 1])
        #expect(report.byOutcome["no-quorum"] == 1 && report.byOutcome["timeout"] == 1)
        // What a stop left unfinished is no request that failed.
        #expect(report.byOutcome.filter { $0.key != "unfinished" }.values.reduce(0, +) == report.requests)
        #expect(report.byPriority["critical"] == LoadReport.Share(requests: 9, ok: 2))
        #expect(report.rate == 3)
        // Three answers and two kinds of time-out; what failed at once has no latency.
        #expect(accounts.latency.count == 5)
    }

    @Test func theNumberOfProblemsIsBounded() {
        var accounts = LoadAccounts()
        for number in 0..<1000 { accounts.note(problem: "problem-\(number)", of: request()) }
        #expect(accounts.problems.count <= LoadAccounts.problemLimit + 1)
        #expect(accounts.problems.values.reduce(0, +) == 1000)
    }

    @Test func whatWasReplacedIsCountedByNameAndBounded() {
        var accounts = LoadAccounts()
        func note(_ header: String) {
            Array(header.utf8).withUnsafeBytes { accounts.note(degraded: UnsafeRawBufferPointer($0)) }
        }
        note("shipping=static, offers=0.5")
        note("shipping=static")
        note("")
        #expect(accounts.degraded == 3 && accounts.degradations == ["shipping=static": 2, "offers=0.5": 1])
        for number in 0..<1_000 { note("x=\(number)") }
        #expect(accounts.degradations.count <= LoadAccounts.problemLimit + 1)
        #expect(accounts.degradations["other"] ?? 0 > 900)
    }

    @Test func whatWasShedIsCountedByClassAndKind() {
        var accounts = LoadAccounts()
        accounts.answer(request(.service), status: 503, isOK: false, after: .milliseconds(1))
        accounts.note(problem: "shed", of: request(.service))
        accounts.answer(request(.service), status: 503, isOK: false, after: .milliseconds(1))
        accounts.note(problem: "cell-refused", of: request(.service))
        var report = LoadReport()
        report.take(accounts)
        #expect(report.byPriority["critical"] == LoadReport.Share(requests: 2, ok: 0, shed: 1))
        #expect(report.byKind["services"] == LoadReport.Share(requests: 2, ok: 0, shed: 1))
        #expect(report.byOutcome["shed"] == 1)
    }

    @Test func windowsBeginAnewAndLeaveTheTotalsAlone() {
        var accounts = LoadAccounts()
        accounts.answer(request(), status: 200, isOK: true, after: .milliseconds(1))
        #expect(accounts.takeWindow().requests == 1)
        let empty = accounts.takeWindow()
        #expect(empty.requests == 0 && empty.latency.isEmpty)
        #expect(accounts.requests == 1)
    }

    @Test func withoutAFaultAllThatWereSeenAreUntouched() {
        var ledger = CustomerLedger(customers: 10)
        for customer in [1, 2, 2, 3] { ledger.note(customer, serving: 3, size: 3, isRefused: false) }
        #expect(ledger.counts == ImpactCounts(untouched: 3))
        #expect(ledger.impact(on: 4) == nil)
    }

    /// Seen is who was seen in the whole run; a prediction is held against who was seen since the first fault.
    @Test func afterAFaultOnlyWhoIsSeenThenIsHeldAgainstAPrediction() {
        var ledger = CustomerLedger(customers: 10)
        ledger.note(1, serving: 3, size: 3, isRefused: false)
        ledger.note(2, serving: 2, size: 3, isRefused: false)
        #expect(ledger.counts == ImpactCounts(degraded: 1, untouched: 1))
        ledger.note(3, serving: 0, size: 3, isRefused: true)
        ledger.note(4, serving: 3, size: 3, isRefused: false)
        ledger.note(5, serving: 2, size: 3, isRefused: true)
        #expect(ledger.counts == ImpactCounts(lost: 1, degraded: 2, untouched: 2))
        // The worst stays.
        ledger.note(3, serving: 3, size: 3, isRefused: false)
        ledger.note(2, serving: 0, size: 3, isRefused: true)
        ledger.note(4, serving: 1, size: 3, isRefused: false)
        #expect(ledger.counts == ImpactCounts(lost: 2, degraded: 2, untouched: 1))
        var seen: [Int] = []
        ledger.forEach { customer, _ in seen.append(customer) }
        #expect(seen == [2, 3, 4, 5])
        // Beyond the customers there are.
        ledger.note(11, serving: 0, size: 3, isRefused: true)
        #expect(ledger.counts.customers == 5)
    }
}
