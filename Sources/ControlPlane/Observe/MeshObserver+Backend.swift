import Evacuation
import Feed
import Membership
import MeshBase
import Reports
import Sharding
import Store
import Telemetry
import Topology
import UVDriver
import Wire

extension MeshObserver: APIBackend {
    package var isReady: Bool { !isStopping }

    package var changer: Result<any APIChanges, APIFailure> {
        .failure(
            APIFailure(
                409,
                "This control plane watches and supervises no process: stop and start cells where they run, such as "
                    + "with docker-compose."))
    }

    // MARK: Reads

    /// What the membership tells of a process: nobody here sees the process itself.
    func state(of name: ProcessName) -> ProcessState {
        guard let seen = member.member(named: name.name), seen.profile.role == name.role else { return .down }
        var facts = ProcessFacts()
        facts.isRunning = seen.status.isLive
        facts.isReady = true
        facts.status = seen.status
        facts.reported = seen.metadata.state
        switch name.role {
        case .cell:
            facts.routers = routerWatch.witness(of: name.name, at: seen.profile.data, live: liveRouters)
            facts.isYoung = loop.now() - seen.since < .seconds(3)
            // Nobody here knows the process: what no router reaches and the membership buried is down.
            if facts.routers?.reaching == 0, !seen.status.isLive { return .down }
            facts.isRunning = true
        case .router:
            facts.reach = routerWatch.reachCount(of: name).map { ($0, max($0, liveCells)) }
        default: break
        }
        return facts.state
    }

    func makeRouterWatch() -> RouterWatch {
        RouterWatch(loop: loop, client: client) { [unowned self] in
            liveRouters.compactMap { name in addresses(of: name).admin.map { .init(name: name, admin: $0) } }
        } isUnsettled: { [unowned self] in
            topology.processNames.contains { $0.role == .cell && state(of: $0) == .starting }
        }
    }

    func makeStoreWatch() -> StoreWatch {
        StoreWatch(loop: loop, client: client) { [unowned self] in
            topology.processNames.filter { $0.role == .cell }.compactMap { name in
                addresses(of: name).admin.map { (name, $0) }
            }
        }
    }

    var liveRouters: [ProcessName] {
        topology.processNames.filter { name in
            name.role == .router
                && member.member(named: name.name).map { $0.profile.role == .router && $0.status.isLive } ?? false
        }
    }

    private var liveCells: Int { member.members.count { $0.profile.role == .cell && $0.status == .alive } }

    func addresses(of name: ProcessName) -> ProcessAddresses {
        guard let seen = member.member(named: name.name), seen.status.isLive else { return ProcessAddresses() }
        let data = seen.profile.data == .unspecified ? nil : seen.profile.data
        return ProcessAddresses(data: data, admin: seen.profile.admin, gossip: seen.profile.gossip)
    }

    package func status() -> StatusReport {
        var report = StatusReport(
            mesh: directory.name, topology, epoch: placement.highestEpoch.rawValue, customers: customers,
            use: CellUse(placement, topology),
            control: StatusReport.Control(pid: ProcessIdentity.current.pid, address: "http://\(api.local)"),
            summary: isStopping ? "stopping" : nil
        ) { name in
            let address = addresses(of: name).data
            return StatusReport.Known(
                state: state(of: name), pid: nil, address: address,
                reachedBy: routerWatch.reaching(name.name, at: address, among: liveRouters).map(\.name),
                reaches: routerWatch.reachCount(of: name), store: storeWatch[name])
        }
        report.headline = liveDesk?.headline
        return report
    }

    package func processes() -> ProcessesReport {
        ProcessesReport(
            processes: (topology.processNames + [.control]).map { name in
                let isSelf = name.role == .control
                let addresses = addresses(of: name)
                return ProcessesReport.Row(
                    name: name.name, role: name.role.name, pid: isSelf ? ProcessIdentity.current.pid : nil,
                    state: state(of: name), started: isSelf ? Timestamp.string(started) : nil,
                    data: addresses.data?.description, admin: addresses.admin?.description,
                    gossip: addresses.gossip?.description, restarts: 0)
            })
    }

    package func ownMembers() -> MembersReport { member.report }

    package func members(
        observer: String?, completion: @escaping (Result<MembersReport, APIFailure>) -> Void
    ) {
        let base: ProcessName?
        do throws(APIFailure) { base = try MembersReport.observer(observer, in: topology) } catch {
            return completion(.failure(error))
        }
        if let base, addresses(of: base).admin == nil {
            return completion(.failure(APIFailure(409, "\(base) is no live member: it has no view to tell.")))
        }
        ReportCollector.ask(
            reachable(topology.processNames), "/v1/members", as: MembersReport.self, through: client
        ) { [unowned self] views in completion(MembersReport.agreed(ownMembers(), from: base, views)) }
    }

    package func memberPage(_ wanted: MembersPage.Wanted) -> String? { member.page(wanted) }
    package func answer(ping datagram: [UInt8]) -> String? { member.answer(ping: datagram) }

    package func impact(completion: @escaping (ImpactReport) -> Void) {
        ReportCollector.ask(
            reachable(topology.processNames.filter { $0.role == .router }), "/v1/impact", as: ImpactReport.Part.self,
            through: client
        ) { parts in completion(ImpactReport(parts: parts.sorted { $0.key < $1.key }.map(\.value))) }
    }

    package func conflicts(completion: @escaping (ConflictsReport) -> Void) {
        let cells = topology.processNames.filter(topology.keepsRecords)
        ReportCollector.ask(reachable(cells), "/v1/conflicts", as: ConflictsReport.Page.self, through: client) {
            completion(ConflictsReport($0))
        }
    }

    package func certificates(renewing: Bool, completion: @escaping (CertificatesReport) -> Void) {
        if renewing { runtime.security.renew() }
        let (own, authority) = (runtime.security.report, runtime.security.authorityText)
        ReportCollector.ask(
            reachable(topology.processNames), CertificatePage.target(renewing), as: CertificatePage.self,
            through: client, method: renewing ? .post : .get
        ) { completion(CertificatesReport($0, own: own, authority: authority)) }
    }

    private func reachable(_ names: [ProcessName]) -> [(name: ProcessName, admin: Endpoint)] {
        names.compactMap { name in addresses(of: name).admin.map { (name, $0) } }
    }

    package func events(since: Int64, limit: Int) -> Result<EventsReport, APIFailure> {
        EventsReport.read(journal, since: since, limit: limit)
    }

    package var traces: TraceGatherer? { traceGatherer }

    package func metrics() -> String {
        var page = MetricPage()
        page.traces(traceGatherer.keeper)
        page.count(processes: topology.processNames.map { ($0.role, state(of: $0)) })
        page.control(member, api, changes)
        return page.text
    }

    /// The observer injects nothing, and knows nothing of what others inject.
    package func faults() -> FaultsReport { FaultsReport(faults: []) }

    // MARK: Moves: those of others are seen in the placement alone

    package func evacuation() -> EvacuationStatus { .none(cohorts: placement.entries.count) }
    package func evacuationReport() -> EvacuationReport? { nil }
    package func pins(of customer: String?) -> PinsReport {
        customer.map { PinsReport(of: $0, placement, topology) } ?? PinsReport(placement, topology)
    }
}
