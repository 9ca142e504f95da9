import Glibc
import Membership
import MeshBase
import Sharding
import Store
import Telemetry
import Topology
import UVDriver

/// A control plane of a mesh whose processes others start: a member that watches, keeps the journal and serves the API's
/// reads. It supervises nothing, so it changes nothing.
package final class MeshObserver {
    let topology: MeshTopology
    let directory: DataDirectory
    let runtime: HostRuntime
    let loop: EventLoop
    let api: APIServer
    let client: HTTPClient
    let journal: Journal
    let placement: PlacementTable
    let customers: [Int]
    let started: Int64
    private(set) var member: ControlMember!
    private(set) var routerWatch: RouterWatch!
    private(set) var storeWatch: StoreWatch!
    private(set) var liveDesk: LiveDesk!
    private(set) var traceGatherer: TraceGatherer!
    private let lock: FileLock
    private(set) var changes = MemberChangeLog()
    private(set) var isStopping = false

    /// Joins the mesh and serves until a signal ends it.
    ///
    /// - Parameter ready: the API answers there.
    package static func run(
        _ settings: ObserverSettings, ready: (Endpoint) -> Void
    ) throws(ControlFailure) {
        do {
            let observer = try MeshObserver(settings)
            ready(observer.api.local)
            observer.loop.run()
            observer.loop.close()
            observer.journal.close()
            observer.lock.release()
        } catch { throw ControlFailure(error) }
    }

    private init(_ settings: ObserverSettings) throws {
        topology = settings.topology
        directory = settings.directory
        lock = try ControlPlane.lock(directory)
        try directory.write(secret: settings.secret)
        placement = try MeshPreparation.prepare(directory, topology).placement
        let shards = try Placement(topology, table: placement)
        customers = CustomerCounts.byFirstCell(topology, shards)
        journal = try Journal(path: directory.journalPath)
        var host = HostSettings(
            name: "control", topology: topology, placement: placement, dataDirectory: directory.controlDirectory,
            secret: settings.secret, boot: SecretText.randomInteger(), storeID: SecretText.randomInteger())
        host.keysPath = directory.keysPath
        host.gossip = settings.gossip
        host.join = settings.join
        host.advertise = settings.advertise
        runtime = try HostRuntime(host, role: .control)
        loop = runtime.loop
        started = loop.wallClock()
        let seeds = try runtime.findSeeds()
        api = APIServer(loop: loop, token: try directory.token())
        try api.listen(on: settings.api)
        client = HTTPClient(loop: loop, kept: 1_024, security: runtime.security)
        runtime.security.secure(api.http.pool)
        member = try ControlMember(runtime, admin: api.local) { [unowned self] in
            changes.note($0, at: loop.wallClock())
        }
        api.backend = self
        runtime.onStop = { [unowned self] in stop() }
        loop.beforeWaiting { [unowned self] in endTurn() }
        routerWatch = makeRouterWatch()
        storeWatch = makeStoreWatch()
        liveDesk = LiveDesk(
            loop: loop, streams: api.http.streams, source: liveSource, placement: shards, journal: journal)
        traceGatherer = TraceGatherer(loop: loop, client: client) { [unowned self] in addresses(of: $0).admin }
        routerWatch.onReach = { [unowned self] in liveDesk.take(reached: $1, of: $0) }
        routerWatch.onVitals = { [unowned self] name, vitals in
            liveDesk.take(vitals, of: name)
            traceGatherer.heard(name, boot: vitals.boot, vitals.traces)
        }
        storeWatch.wanted = { [unowned self] in liveDesk.wanted }
        storeWatch.onVitals = { [unowned self] name, vitals in
            liveDesk.take(vitals, of: name)
            traceGatherer.heard(name, boot: vitals.boot, vitals.traces)
        }
        member.start(seeds: seeds)
        routerWatch.start()
        storeWatch.start()
        liveDesk.start()
        try announce()
    }

    /// Commands on this host find the API as that of any mesh.
    private func announce() throws {
        let own = ProcessIdentity.current
        var address = api.local
        if address.address.isUnspecified { address.address = address.address.isIPv4 ? .loopback : .loopback6 }
        try directory.writeControl(
            ControlFile(
                mesh: directory.name, pid: own.pid, startTime: own.startTime, api: "http://\(address)",
                gossip: member.gossip.description, router: "", started: Timestamp.string(started),
                cells: topology.cells.count, readyMilliseconds: 0))
    }

    private func endTurn() {
        changes.write(to: journal, at: loop.wallClock())
        member.endTurn()
        api.endTurn()
    }

    private func stop() {
        guard !isStopping else { return }
        isStopping = true
        member.leave()
        directory.removeControl()
        // The goodbye travels.
        _ = try? LoopTimer.once(loop: loop, after: .milliseconds(50)) { [unowned self] in
            routerWatch.close()
            storeWatch.close()
            liveDesk.close()
            traceGatherer.close()
            api.close()
            client.close()
            member.close()
            runtime.close()
        }
    }
}
