import Feed
import MeshBase
import Reports
import Topology
import UVDriver

extension MeshObserver {
    package var live: LiveDesk? { liveDesk }

    var liveSource: LiveSource {
        LiveSource(
            mesh: directory.name, topology: { [unowned self] in topology }, placement: { [unowned self] in placement },
            sights: { [unowned self] in sights },
            routers: { [unowned self] in
                topology.routers.map { RouterSight(state: state(of: ProcessName(.router, $0.name))) }
            }, routersRun: { [unowned self] in !liveRouters.isEmpty },
            news: { MeshNews() },
            control: { [unowned self] in
                ControlVitals(
                    mesh: directory.name, boot: "", epoch: placement.highestEpoch.rawValue, uptimeMilliseconds: 0,
                    of: member.members.count { !$0.isSelf && $0.status.isLive }, view: member.view)
            })
    }

    /// What the membership says of each cell; nobody here sees processes.
    private var sights: [CellSight] {
        topology.cells.map { cell in
            let name = ProcessName(.cell, cell.name)
            guard let seen = member.member(named: cell.name) else { return CellSight(state: state(of: name)) }
            return CellSight(
                state: state(of: name), gossip: GossipWitness(seen.status.name),
                address: addresses(of: name).data?.description)
        }
    }
}
