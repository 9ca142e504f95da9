import CLibUV
import Chaos
import Glibc
import Membership
import MeshBase
import Nodes
import Reports
import Resilience
import Telemetry
import Topology

/// What every process of the mesh has: a loop, a gossip socket, one precise alarm, signals, its event log, and an eye
/// on the control plane that started it.
package final class HostRuntime {
    package private(set) var settings: HostSettings
    package let loop: EventLoop
    package let role: NodeRole
    package private(set) var udp: UDPSocket!
    package private(set) var alarm: WakeTimer!
    package let events: HostEvents
    /// Faults on what this process sends and receives.
    package let wire: WireLayer
    package private(set) var faults: FaultWatch?
    private let cells: WatchedFile<AddedCellsFile>?
    package let membership: HostMembership
    /// Encryption of what goes to other hosts.
    package let security: HostSecurity
    /// How noisy the host is.
    package let hostMeter = HostMeter()
    /// Nil in the control plane, which makes the settings that others keep.
    package let settingsKeeper: SettingsKeeper?
    private var signals: [SignalWatcher] = []
    private var lockTimer: LoopTimer?
    private var hasNewPlacement = false
    private var unheldSince: Instant?
    private var incarnationPath: String { settings.dataDirectory + "/incarnation" }
    private let started: Instant
    /// Held until this process ends or a successor takes its place.
    private let directoryLock: FileLock
    /// Names of members of the family that the socket for gossip does not serve.
    private var otherFamily: Set<String> = []
    private static let mostOtherFamily = 64

    /// Set once; called when the process is asked to stop.
    package var onStop: () -> Void = {}
    package var onDatagram: (Endpoint, UnsafeRawBufferPointer) -> Void = { _, _ in }
    package var onWake: (Instant) -> Void = { _ in }
    /// The mesh has further cells. Set before the first turn of the loop.
    package var onGrow: (MeshTopology) -> Void = { _ in }

    /// - Parameter gossip: the socket of a predecessor, which becomes this process's.
    package init(_ settings: HostSettings, role: NodeRole, gossip: Int32? = nil) throws {
        self.settings = settings
        self.role = role
        directoryLock = try settings.lockDirectory()
        try ProcessSetup.ignoreBrokenPipes()
        try ProcessSetup.tellAborts()
        ProcessSetup.returnLargeMemory()
        try ProcessSetup.raiseOpenFiles(to: 65_536)
        try ProcessSetup.setTimerSlack(.microseconds(1))
        loop = try EventLoop()
        try ProcessSetup.makeWorkThreads(loop)
        started = loop.freshNow()
        events = HostEvents(settings, loop: loop)
        cells = settings.cellsPath.map(AddedCellsFile.watched)
        wire = WireLayer(loop: loop, topology: settings.topology, name: settings.name, boot: settings.boot)
        security = HostSecurity(settings, loop: loop, events: events)
        membership = HostMembership(
            loop: loop, settings: settings, events: events, wire: wire, security: security)
        settingsKeeper =
            role == .control
            ? nil
            : SettingsKeeper(loop: loop, settings: settings, events: events, wire: wire, security: security)
        udp = try UDPSocket(loop: loop, bind: settings.gossip, inherited: gossip, receiveBuffer: 1 << 20) {
            [unowned self] sender, bytes in
            if wire.isActive, !wire.hears(sender) { return }
            onDatagram(sender, bytes)
        }
        wire.transmit = { [unowned self] in _ = udp.send(to: $0, $1) }
        faults = settings.faultsPath.map {
            FaultWatch(
                path: $0, loop: loop, wire: wire, events: events, every: FaultWatch.interval * settings.rhythm)
        }
        alarm = try WakeTimer(loop: loop) { [unowned self] now in onWake(now) }
        followCells()
        for signal in [SIGTERM, SIGINT] {
            signals.append(
                try SignalWatcher(loop: loop, signal: signal) { [unowned self] in
                    events.tell("stopping", [("signal", "\(signal)")])
                    onStop()
                })
        }
    }

    // MARK: Further cells

    private static let growthInterval = TimeAmount.milliseconds(500)

    private func followCells() {
        cells?.follow(on: loop, every: Self.growthInterval * settings.rhythm) { [unowned self] file in
            let topology = try settings.topology.grown(file.cells)
            if topology.cells.count > settings.topology.cells.count { grow(topology) }
        } refuse: { [unowned self] error in
            events.log(
                "cells-refused", "\(cells?.path ?? ""): \(JSONFailure.describe(error)); no cell was taken over from it")
        }
    }

    /// The mesh has these cells from now on.
    package func grow(_ topology: MeshTopology) {
        settings.topology = topology
        wire.grow(topology)
        faults?.reapply()
        onGrow(topology)
        events.tell("grown", [("cells", "\(topology.cells.count)")])
    }

    /// `/v1/cells`: how many cells this process knows. Looks at the file first: whoever asks wants to know that it was
    /// read.
    var cellsPage: HTTPPage {
        cells?.refresh()
        var json = JSONWriter(.compact)
        json.document { $0.field("cells", settings.topology.cells.count) }
        return .json(json.string + "\n")
    }

    /// Versions of the file that were turned away.
    package var refusedCells: UInt64 { cells?.refusals ?? 0 }

    package var uptime: TimeAmount { loop.now() - started }

    // MARK: Settings

    /// From now on the node hears of the settings in force, and at once of those that are now.
    func followSettings(_ apply: @escaping (SettingsDocument) -> Void) {
        settingsKeeper?.start(members: { [unowned self] in membership.members }) { document, _ in apply(document) }
    }

    /// `/v1/settings`.
    var settingsPage: HTTPPage? { settingsKeeper?.page }

    /// `POST /v1/settings`; nil where none are kept.
    func takeSettings(_ body: [UInt8]) -> HTTPPage? { settingsKeeper?.take(body) }

    /// Something that a member told all.
    func heard(_ event: UserEvent) {
        if event.name == SettingsNotice.event, let settingsKeeper { return settingsKeeper.heard(event) }
        events.log(event)
    }

    // MARK: Addresses

    package func advertised(_ local: Endpoint) -> Endpoint {
        Endpoint(address: settings.advertise ?? local.address, port: local.port)
    }

    /// Looks up the members to join; call it before anything is served. A signal to stop ends it with a failure.
    package func findSeeds() throws -> [Endpoint] {
        var isStopping = false
        onStop = { isStopping = true }
        defer { onStop = {} }
        var search = try SeedSearch(settings.join)
        search.reaches = { [udp] in udp.reaches($0) }
        try search.run(on: loop) { isStopping }
        if let refusal = search.refusal(gossip: udp.local) { throw HostFailure(refusal) }
        for name in search.missing {
            events.log(
                "join-unknown",
                "\(name.host):\(name.port) has no address yet; joining through the others, and looking it up again")
        }
        membership.follow(search)
        return search.seeds
    }

    // MARK: Membership

    package func gossip(data: Endpoint, admin: Endpoint, region: String, zone: String) throws -> GossipConfiguration {
        let profile = try MemberProfile(
            name: settings.name, role: role, region: region, zone: zone, gossip: advertised(udp.local),
            data: data.port == 0 ? .unspecified : advertised(data), admin: advertised(admin))
        var configuration = GossipConfiguration(
            profile: profile, initialIncarnation: storedIncarnation(),
            swim: SWIMConfiguration(settings.topology.membership), secret: settings.secret,
            mesh: settings.topology.wireLabel, boot: Self.gossipBoot(), seed: settings.topology.seed)
        configuration.keys = try membership.keys()
        return configuration
    }

    /// The key of the gossip outlives processes: no two lives may begin their nonces alike.
    private static func gossipBoot() -> UInt64 {
        var random = SystemRandomNumberGenerator()
        return random.next()
    }

    private func storedIncarnation() -> UInt32 {
        guard let text = SmallFile.read(incarnationPath, most: 32) else { return 0 }
        return UInt32(text.filter(\.isNumber)) ?? 0
    }

    /// Sends a datagram, through the faults where there are any.
    @inline(__always)
    package func send(_ datagram: UnsafeRawBufferPointer, to endpoint: Endpoint) {
        if wire.isActive { wire.send(datagram, to: endpoint) } else { _ = udp.send(to: endpoint, datagram) }
    }

    /// Writes down what the node reports. Where members take gossip, the wire must know.
    package func emit(_ event: NodeEvent) {
        if case .member(let change) = event {
            let profile = change.member.profile
            wire.learn(profile.name, gossip: profile.gossip, admin: profile.admin)
            if !udp.reaches(profile.gossip) { tellOtherFamily(profile) }
        }
        if case .placement = event { hasNewPlacement = true }
        events.log(event, topology: settings.topology)
    }

    /// A member that this process's socket cannot send to is pinged by others in its place; said once for each.
    private func tellOtherFamily(_ profile: MemberProfile) {
        guard otherFamily.count < Self.mostOtherFamily, otherFamily.insert(profile.name).inserted else { return }
        events.log(
            "gossip-other-family",
            "\(profile.name) gossips at \(profile.gossip), which the socket at \(udp.local) cannot send to: others ping it in"
                + " this process's place; --gossip [::]:PORT serves both families")
    }

    /// The node has learnt of a newer placement, which is to be kept.
    package func takeNewPlacement() -> Bool {
        defer { hasNewPlacement = false }
        return hasNewPlacement
    }

    package func store(incarnation: UInt32) {
        if !SmallFile.replace(incarnationPath, with: "\(incarnation)\n") {
            events.log("incarnation-not-stored", "the file \(incarnationPath) could not be written")
        }
    }

    // MARK: The parent

    /// Tells the parent that this process serves, and leaves the same facts in `process.json`.
    ///
    /// - Parameter storeID: of the store that this process has opened.
    package func announce(data: Endpoint, admin: Endpoint, storeID: UInt64? = nil) {
        let store = storeID.map { ",\"store_id\":\"\(String($0, radix: 16))\"" } ?? ""
        let facts =
            "\"name\":\"\(settings.name)\",\"role\":\"\(role.name)\",\"pid\":\(getpid()),"
            + "\"start_time\":\(ProcessIdentity.current.startTime),\"data\":\"\(data)\",\"admin\":\"\(admin)\","
            + "\"gossip\":\"\(udp.local)\"" + store
        _ = SmallFile.replace(settings.dataDirectory + "/process.json", with: "{\(facts),\"version\":1}\n")
        events.tell("serving", [("pid", "\(getpid())"), ("data", "\(data)"), ("gossip", "\(udp.local)")])
        Self.tellParent("{\"ready\":true,\(facts)}\n", settings.readyDescriptor)
        ProcessSetup.returnFreeMemory()
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
            // What cannot be read says nothing of whether the control plane lives.
            guard case .success(nil) = Result(catching: { () throws(UVError) in try FileLock.holder(of: path) }) else {
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
            if let error = error as? UVError { json.field("code", error.name) }
        }
        tellParent(json.string + "\n", settings.readyDescriptor)
    }

    /// The name, the directory and the gossip socket are a successor's from now on.
    package func yield() {
        directoryLock.release()
        settingsKeeper?.close()
        membership.close()
        security.close()
        udp.stopReceiving()
    }

    /// Closes what this holds; the loop ends when all else is closed too.
    package func close() {
        lockTimer?.close()
        settingsKeeper?.close()
        membership.close()
        security.close()
        signals.forEach { $0.close() }
        faults?.close()
        cells?.close()
        wire.close()
        udp.close()
        alarm.close()
    }
}
