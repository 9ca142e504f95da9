import Testing

@testable import Checkers

@Suite struct ImpactCheckTests {
    @Test func agreementCustomerByCustomerIsValid() {
        var check = ImpactCheck()
        check.add(customer: 1, predicted: .lost, observed: .lost)
        check.add(customer: 2, predicted: .degraded, observed: .degraded)
        check.add(customer: 3, predicted: .untouched, observed: .untouched)
        #expect(check.verdict().ok)
        #expect(check.observed == ImpactCounts(lost: 1, degraded: 1, untouched: 1))
    }

    @Test func errorsInOppositeDirectionsDoNotCancelOut() {
        var check = ImpactCheck()
        check.add(customer: 1, predicted: .lost, observed: .untouched)
        check.add(customer: 2, predicted: .untouched, observed: .lost)
        #expect(check.predicted == check.observed)
        #expect(!check.verdict().ok)
        #expect(check.worse == 1)
        #expect(check.milder == 1)
    }

    @Test func allowancesAreSharesOfTheCustomersSeen() {
        var check = ImpactCheck(milderAllowed: 0.1)
        for customer in 1...9 as ClosedRange<UInt64> {
            check.add(customer: customer, predicted: .degraded, observed: .degraded)
        }
        check.add(customer: 10, predicted: .degraded, observed: .untouched)
        #expect(check.isValid)
        check.add(customer: 11, predicted: .untouched, observed: .degraded)
        #expect(!check.isValid)
    }
}
