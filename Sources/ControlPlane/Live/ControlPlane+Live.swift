import Chaos
import Evacuation
import Feed
import MeshBase
import Reports
import Sharding
import Topology
import UVDriver

extension ControlPlane {
    package var live: LiveDesk? { liveDesk }

    var liveSource: LiveSource {
        LiveSource(
            mesh: directory.name, topology: { [unowned self] in topology }, placement: { [unowned self] in placement },
            sights: { [unowned self] in sights }, routers: { [unowned self] in routerSights },
            routersRun: { [unowned self] in !liveRouters.isEmpty },
            news: { [unowned self] in news },
            control: { [unowned self] in
                ControlVitals(
                    mesh: directory.name, boot: "", epoch: placement.highestEpoch.rawValue, uptimeMilliseconds: 0,
                    of: supervisor.processes.count { $0.isServing }, view: member.view)
            })
    }

    /// What process table and membership say of each cell.
    private var sights: [CellSight] {
        let live = liveRouters
        return topology.cells.map { cell in
            let name = ProcessName(.cell, cell.name)
            guard let process = supervisor[name] else { return CellSight() }
            var gossip = GossipWitness.unknown
            // What is believed of an earlier life says nothing of this one.
            if let seen = member.member(named: cell.name),
                !process.isRunning || seen.profile.gossip == process.addresses.gossip
            {
                gossip = GossipWitness(seen.status.name)
            }
            return CellSight(
                state: state(of: process, live: live), process: witness(of: process), gossip: gossip,
                address: process.addresses.data?.description)
        }
    }

    /// What the process table says of each router, and what is judged of it.
    private var routerSights: [RouterSight] {
        topology.routers.map { router in
            guard let process = supervisor[ProcessName(.router, router.name)] else { return RouterSight() }
            return RouterSight(state: state(of: process), process: witness(of: process))
        }
    }

    private func witness(of process: SupervisedProcess) -> ProcessWitness {
        guard process.isRunning else { return .gone }
        if supervisor.isStopped(process) { return .stopped }
        return process.isServing ? .running : .starting
    }

    private var news: MeshNews {
        var news = MeshNews()
        let now = SystemClock.reading()
        news.faults = faultRegister.schedule.active(at: now).map { fault in
            FeedFault(
                id: fault.id, kind: fault.kind.rawValue, targets: fault.targets.map(\.text),
                since: fault.created / 1_000_000, until: fault.expires == .max ? nil : fault.expires / 1_000_000,
                what: FaultReport(fault, now: now).what)
        }
        news.impaired = CellSet(ServiceStrike.cells(of: faultRegister.schedule.active(at: now), topology))
        news.halt = feedHalt
        news.drill = drillDesk.look()
        news.monkey = monkeyDesk.feed
        let status = desk.status
        if status.outcome != .none { news.evacuation = status }
        news.load = FeedLoad(directory.loads)
        return news
    }
}
