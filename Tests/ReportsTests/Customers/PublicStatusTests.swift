import Testing

@testable import Reports

@Suite struct PublicStatusTests {
    private func facts(
        degraded: Int = 0, lost: Int = 0, noQuorum: Int = 0, _ change: (inout PublicStatus.Facts) -> Void = { _ in }
    ) -> PublicStatus {
        var facts = PublicStatus.Facts()
        facts.regions = [
            .init("eu", cells: 4, serving: 4), .init("us", cells: 4, serving: 4), .init("no", cells: 0, serving: 0),
        ]
        facts.services = [service("checkout"), service("offers")]
        (facts.customers, facts.degraded, facts.lost, facts.noQuorum) = (1_000, degraded, lost, noQuorum)
        facts.hasRecords = true
        change(&facts)
        return PublicStatus(facts, since: "2026-03-01T12:00:00Z")
    }

    private func service(
        _ name: String, full: UInt64 = 1_000, reduced: UInt64 = 0, failed: UInt64 = 0, shut: Int = 0, cells: Int = 8
    ) -> PublicStatus.Facts.Service {
        var service = PublicStatus.Facts.Service(name)
        (service.full, service.reduced, service.failed, service.cells, service.shut) = (
            full, reduced, failed, cells, shut
        )
        return service
    }

    /// It stays text where it is shown as a page.
    @Test func theOperatorsNoticeStandsBesideTheState() {
        var status = facts()
        #expect(status.notice == nil)
        #expect(String(decoding: ReportJSON.encode(status), as: UTF8.self).contains("\"notice\":null"))
        status.notice = "We move <b>now</b>."
        #expect(
            String(decoding: ReportJSON.encode(status), as: UTF8.self).contains("\"notice\":\"We move <b>now</b>.\""))
        #expect(status.page.render().contains("<p>We move &lt;b&gt;now&lt;/b&gt;.</p>"))
        #expect(PublicStatus(PublicStatus.Facts(), since: "", notice: "n").notice == "n")
    }

    @Test func aWholeMeshIsOperationalAlsoWhereNobodyAsks() {
        let status = facts { $0.services = [service("checkout", full: 0)] }
        #expect(status.state == .operational)
        #expect(status.services.map(\.name) == ["records", "checkout"])
        #expect(status.services.allSatisfy { $0.state == .operational && $0.answers == .full })
        // A region without cells that take customers is none.
        #expect(status.regions.map(\.name) == ["eu", "us"])
        #expect(status.customers == .init(degraded: 0, lost: 0))
    }

    @Test func sharesAreInWholePercentsAndNothingIsRoundedAway() {
        let status = facts(degraded: 236, lost: 1)
        #expect(status.customers == .init(degraded: 0.24, lost: 0.01))
        #expect(status.state == .partialOutage)
        #expect(facts(degraded: 2).state == .degraded && facts(lost: 600).state == .majorOutage)
    }

    @Test func aServiceIsAsItsAnswersAndItsGatesAre() {
        func state(_ service: PublicStatus.Facts.Service) -> (PublicStatus.State, PublicStatus.Answers) {
            let told = facts { $0.services = [service, self.service("other")] }.services[1]
            return (told.state, told.answers)
        }
        #expect(state(service("a", failed: 5)) == (.operational, .full))
        #expect(state(service("a", reduced: 50)) == (.degraded, .degraded))
        #expect(state(service("a", shut: 1)) == (.degraded, .degraded))
        #expect(state(service("a", failed: 200)) == (.partialOutage, .degraded))
        #expect(state(service("a", failed: 2_000)) == (.majorOutage, .tryAgain))
        #expect(state(service("a", shut: 8)) == (.majorOutage, .tryAgain))
        #expect(state(service("a", cells: 0)) == (.majorOutage, .tryAgain))
        // One service that is gone is no outage of all.
        #expect(facts { $0.services[0].failed = 9_000 }.state == .partialOutage)
        #expect(facts { $0.services[0].reduced = 900 }.state == .degraded)
    }

    @Test func recordsAndRegionsHaveStatesOfTheirOwn() {
        #expect(facts(degraded: 100, noQuorum: 20).services[0].state == .partialOutage)
        #expect(facts(lost: 10, noQuorum: 700).services[0].answers == .tryAgain)
        let regions = facts { facts in
            facts.regions = [(4, 3), (4, 1), (4, 0)].map { .init("r\($0.1)", cells: $0.0, serving: $0.1) }
        }.regions
        #expect(regions.map(\.state) == [.degraded, .partialOutage, .majorOutage])
    }

    @Test func thePageNamesNeitherCellsNorAddresses() {
        let page = facts(degraded: 236).page.render()
        #expect(page.contains("24 %") && page.contains(">degraded</span></strong> since 2026-03-01T12:00:00Z"))
        #expect(
            page.contains("<td class=\"word\">checkout</td>") && !page.contains("<script") && !page.contains("http"))
    }

    @Test func aCustomerIsToldOfItsShardAndItsRecords() {
        let whole = PublicCustomerStatus(customer: "c1", serving: 3, of: 3, records: .ok)
        #expect(whole.state == .operational && whole.shard == "3/3")
        #expect(PublicCustomerStatus(customer: "c1", serving: 1, of: 3, records: .refused).state == .degraded)
        #expect(PublicCustomerStatus(customer: "c1", serving: 0, of: 3, records: nil).state == .majorOutage)
        let text = String(decoding: ReportJSON.encode(whole), as: UTF8.self)
        #expect(
            text
                == #"{"customer":"c1","records":"ok","schema":"cellmesh/1","shard":"3/3","state":"operational"}"# + "\n"
        )
    }
}
