import CLibUV
import Glibc
import Membership
import MeshBase
import Nodes
import Telemetry
import Topology

/// What every process of the mesh has: a loop, a gossip socket, one precise alarm, signals, its event log, and an eye
/// on the control plane that started it.
package final class HostRuntime {
    package let settings: HostSettings
    package let loop: EventLoop
    package let role: NodeRole
    package private(set) var udp: UDPSocket!
    package private(set) var alarm: WakeTimer!
    package let events: HostEvents
    package let membership: HostMembership
    private var signals: [SignalWatcher] = []
    private var lockTimer: LoopTimer?
    private var unheldSince: Instant?
    private var incarnationPath: String { settings.dataDirectory + "/incarnation" }
    private let started: Instant

    /// Set once; called when the process is asked to stop.
    package var onStop: () -> Void = {}
    package var onDatagram: (Endpoint, UnsafeRawBufferPointer) -> Void = { _, _ in }
    package var onWake: (Instant) -> Void = { _ in }

    package init(_ settings: HostSettings, role: NodeRole) throws {
        self.settings = settings
        self.role = role
        try ProcessSetup.ignoreBrokenPipes()
        try ProcessSetup.raiseOpenFiles(to: 65_536)
        try ProcessSetup.setTimerSlack(.microseconds(1))
        loop = try EventLoop()
        started = loop.freshNow()
        events = HostEvents(directory: settings.dataDirectory, observer: settings.name, loop: loop)
        membership = HostMembership(loop: loop, settings: settings, events: events)
        udp = try UDPSocket(loop: loop, bind: settings.gossip, receiveBuffer: 1 << 20) {
            [unowned self] sender, bytes in onDatagram(sender, bytes)
        }
        alarm = try WakeTimer(loop: loop) { [unowned self] now in onWake(now) }
        for signal in [SIGTERM, SIGINT] {
            signals.append(try SignalWatcher(loop: loop, signal: signal) { [unowned self] in onStop() })
        }
    }

    package var uptime: TimeAmount { loop.now() - started }

    // MARK: Addresses

    package func advertised(_ local: Endpoint) -> Endpoint {
        Endpoint(address: settings.advertise ?? local.address, port: local.port)
    }

    /// Resolves the members to join; unknown hosts are an error, since a typo would otherwise split the mesh.
    package func seeds() throws -> [Endpoint] {
        var seeds: [Endpoint] = []
        for text in settings.join {
            if let endpoint = Endpoint(text) {
                seeds.append(endpoint)
                continue
            }
            guard let (host, port) = Resolver.parse(text) else {
                throw HostFailure("--join \(text): give HOST:PORT")
            }
            seeds.append(contentsOf: try resolve(host, port))
        }
        return seeds
    }

    private func resolve(_ host: String, _ port: UInt16) throws -> [Endpoint] {
        var outcome: Result<[Endpoint], UVError>?
        try Resolver.resolve(loop: loop, host: host, port: port) { outcome = $0 }
        // Nothing serves yet: the loop turns for the answer alone.
        while outcome == nil { loop.runOnce() }
        do {
            return try outcome!.get()
        } catch {
            throw HostFailure("--join \(host):\(port): \(error)")
        }
    }

    // MARK: Membership

    package func gossip(data: Endpoint, admin: Endpoint, region: String, zone: String) throws -> GossipConfiguration {
        let profile = try MemberProfile(
            name: settings.name, role: role, region: region, zone: zone, gossip: advertised(udp.local),
            data: data.port == 0 ? .unspecified : advertised(data), admin: advertised(admin))
        var configuration = GossipConfiguration(
            profile: profile, initialIncarnation: storedIncarnation(),
            swim: SWIMConfiguration(settings.topology.membership), secret: settings.secret,
            mesh: settings.topology.name, boot: settings.boot, seed: settings.topology.seed)
        configuration.keys = try membership.keys()
        return configuration
    }

    private func storedIncarnation() -> UInt32 {
        guard let text = SmallFile.read(incarnationPath, most: 32) else { return 0 }
        return UInt32(text.filter(\.isNumber)) ?? 0
    }

    package func store(incarnation: UInt32) {
        if !SmallFile.replace(incarnationPath, with: "\(incarnation)\n") {
            events.log("incarnation-not-stored", "the file \(incarnationPath) could not be written")
        }
    }

    // MARK: The parent

    /// Tells the parent that this process serves, and leaves the same facts in `process.json`.
    package func announce(data: Endpoint, admin: Endpoint) {
        let facts =
            "\"name\":\"\(settings.name)\",\"role\":\"\(role.name)\",\"pid\":\(getpid()),"
            + "\"start_time\":\(ProcessIdentity.current.startTime),\"data\":\"\(data)\",\"admin\":\"\(admin)\","
            + "\"gossip\":\"\(udp.local)\""
        _ = SmallFile.replace(settings.dataDirectory + "/process.json", with: "{\(facts),\"version\":1}\n")
        Self.tellParent("{\"ready\":true,\(facts)}\n", settings.readyDescriptor)
        watchLock()
    }

    package static func tellParent(_ line: String, _ descriptor: Int32?) {
        guard let descriptor else { return }
        _ = SmallFile.write(descriptor, line)
        _ = cuv_close(descriptor)
    }

    /// The control plane holds a lock while it lives. When nobody has held it for the grace time this process stops by
    /// itself, so that nothing is left behind; unreachability alone never stops it.
    private func watchLock() {
        guard let path = settings.lockPath else { return }
        lockTimer = try? LoopTimer(loop: loop) { [unowned self] in
            let now = loop.now()
            let holder = try? FileLock.holder(of: path)
            guard holder == .some(nil) else {
                unheldSince = nil
                return
            }
            let since = unheldSince ?? now
            unheldSince = since
            if now - since >= settings.grace {
                events.log("orphaned", "no control plane for \(Int64(settings.grace.seconds)) s: this process stops")
                unheldSince = nil
                onStop()
            }
        }
        lockTimer?.start(after: .seconds(1), every: .seconds(1))
    }

    /// Says why the process does not start, on standard error and to the parent.
    package static func refuseToStart(_ error: any Error, _ settings: HostSettings) {
        let reason = "\(settings.name): \(error)"
        _ = SmallFile.write(2, "cellmesh: \(reason)\n")
        var json = JSONWriter(.compact)
        json.object { json in
            json.field("ready", false)
            json.field("name", settings.name)
            json.field("error", reason)
        }
        tellParent(json.string + "\n", settings.readyDescriptor)
    }

    /// Closes what this holds; the loop ends when all else is closed too.
    package func close() {
        lockTimer?.close()
        membership.close()
        signals.forEach { $0.close() }
        udp.close()
        alarm.close()
    }
}
