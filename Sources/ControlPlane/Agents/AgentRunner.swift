import Ciphers
import Glibc
import MeshBase
import Reports
import Sharding
import Store
import Telemetry
import Topology
import UVDriver
import Wire

/// The cells of one region on a host of their own, under a control plane elsewhere: `cellmesh region NAME --agent HOST:PORT`.
///
/// It starts nothing by itself. Its cells go on while the control plane is away, and end with it.
package final class AgentRunner {
    private let settings: RegionSettings
    private let lock: FileLock
    private let loop: EventLoop
    private let driver: UVProcessDriver
    private let agent: Agent
    private let admin: AdminServer
    private let server: AdminServer
    private let events: HostEvents
    private let security: HostSecurity
    private let authorization: [UInt8]
    private var signals: [SignalWatcher] = []
    private var isStopping = false
    private var watch: LoopTimer?
    private let say: (String) -> Void
    private var known: String?

    /// Serves until a signal ends it.
    ///
    /// - Parameter say: takes what people should know, line by line.
    package static func run(
        _ settings: RegionSettings, agent endpoint: Endpoint, say: @escaping (String) -> Void
    ) throws(ControlFailure) {
        do {
            let runner = try AgentRunner(settings, endpoint, say)
            try runner.begin(endpoint)
            runner.loop.run()
            runner.loop.close()
            runner.lock.release()
        } catch { throw ControlFailure(error) }
    }

    private init(_ settings: RegionSettings, _ endpoint: Endpoint, _ say: @escaping (String) -> Void) throws {
        self.settings = settings
        self.say = say
        let directory = settings.directory
        lock = try RegionRunner.lock(settings.directory)
        try ProcessSetup.ignoreBrokenPipes()
        try ProcessSetup.raiseOpenFiles(to: 65_536)
        try directory.prepare(settings)
        // What an earlier life has left.
        Reaper.end(
            ProcessLedger.entries(directory, nil, journal: nil).filter(\.isRunning).map(\.identity), with: .terminate)
        loop = try EventLoop()
        driver = UVProcessDriver(loop: loop, executable: settings.executable)
        var command = settings.command
        // Ports are told as they are bound; a control plane names the members to join.
        command.address = settings.listen
        command.gossip = [:]
        let region = settings.topology.regions[settings.region].name
        agent = Agent(
            driver: driver, command: command, region: region, mesh: settings.topology.wireLabel,
            boot: SecretText.randomInteger() >> 12)
        admin = AdminServer(loop: loop, limits: AdminServer.limits)
        var limits = AdminServer.limits
        limits.message = HTTPLimits(body: 8 << 20)
        server = AdminServer(loop: loop, limits: limits)
        var host = HostSettings(
            name: "agent-\(region)", topology: settings.topology, placement: PlacementTable(),
            dataDirectory: directory.path, secret: settings.secret, boot: SecretText.randomInteger(), storeID: 0)
        host.advertise = settings.advertise ?? (endpoint.address.isUnspecified ? nil : endpoint.address)
        host.log = ProcessLog("agent", .own(.text, path: directory.path + "/log"))
        events = HostEvents(host, loop: loop)
        security = HostSecurity(host, loop: loop, events: events)
        security.secure(server.pool)
        authorization = Array(
            AgentKey.authorization(secret: settings.secret, mesh: settings.topology.wireLabel).utf8)
    }

    private func begin(_ endpoint: Endpoint) throws {
        do { try admin.listen(on: settings.admin) } catch { throw HostFailure("--admin \(settings.admin): \(error)") }
        do { try server.listen(on: endpoint) } catch { throw HostFailure("--agent \(endpoint): \(error)") }
        admin.routes = RegionRunner.routes { [unowned self] in health }
        server.routes = Self.routes { [unowned self] in self }
        loop.beforeWaiting { [unowned self] in
            admin.endTurn()
            server.endTurn()
        }
        for signal in [SIGTERM, SIGINT, SIGHUP] {
            signals.append(try SignalWatcher(loop: loop, signal: signal) { [unowned self] in signalled() })
        }
        watch = try LoopTimer(loop: loop) { [unowned self] in
            if agent.look() { say("no word of a control plane: what runs here ends") }
        }
        watch?.start(after: .seconds(1), every: .seconds(1))
        say(
            "agent of the region \(agent.region) answers at \(server.local), probes at \(admin.local); cells are started by "
                + "'cellmesh up --hosts'")
    }

    private var health: SupervisorHealth {
        var health = SupervisorHealth(
            hasStarted: true, serving: agent.runningCount, of: agent.runningCount, missing: [])
        health.isStopping = isStopping
        return health
    }

    // MARK: Pages

    /// What it answers at its address.
    ///
    /// - Parameter runner: called with each request, never here.
    package static func routes(_ runner: @escaping () -> AgentRunner) -> HTTPRouteTable {
        var table = HTTPRouteTable()
        table.read(
            "/v1/agent", keys: ["controller", "life", "boot", "since", "usage"],
            "The processes of its host, as the control plane has them started"
        ) { runner().refusal($0) ?? runner().page($0) }
        table.post("/v1/agent", "Starts and signals processes of its host") {
            runner().refusal($0) ?? runner().orders($0)
        }
        table.read("/v1/agent/log", keys: ["cell", "lines"], "The end of the log of a cell of its host") {
            runner().refusal($0) ?? runner().log($0)
        }
        table.read("/v1/agent/store", keys: ["cell", "customer"], "What the store of a cell of its host holds") {
            runner().refusal($0) ?? runner().store($0)
        }
        return table
    }

    /// Nil where the asker shows the key of the mesh.
    private func refusal(_ call: HTTPCall) -> HTTPPage? {
        let shown = call.stream.pointee.request.authorization.bytes(in: call.stream.pointee.input.bytes)
        if ConstantTime.areEqual(Array(shown), authorization) { return nil }
        agent.countUnproved()
        return .problem(
            HTTPProblem(
                status: 401, detail: .fixed("An agent obeys who shows the key of its mesh alone."), policy: "agent"))
    }

    private func page(_ call: HTTPCall) -> HTTPPage {
        let isThisLife = call.query["boot"].flatMap { UInt64($0) } == agent.boot
        return .document(
            ReportJSON.encode(
                agent.page(
                    controller: call.query["controller"] ?? "", life: call.query["life"].flatMap { UInt64($0) } ?? 0,
                    since: isThisLife ? call.query["since"].flatMap { UInt64($0) } : nil,
                    usage: call.query["usage"] != nil)))
    }

    private func orders(_ call: HTTPCall) -> HTTPPage {
        let orders: AgentOrders
        do { orders = try ReportJSON.read(AgentOrders.self, call.body) } catch {
            return .problem(
                HTTPProblem(
                    status: 400, detail: .made("These are no orders: \(JSONFailure.describe(error))"), policy: "agent"))
        }
        do throws(AgentRefusal) { try agent.take(orders) } catch {
            return .problem(HTTPProblem(status: 409, detail: .made(error.detail), policy: "agent"))
        }
        if known != orders.controller {
            known = orders.controller
            say("the control plane \(orders.controller) orders here")
        }
        // What has changed since is asked for next: the asker says what it has seen.
        return .document(
            ReportJSON.encode(agent.page(controller: orders.controller, life: orders.life, since: nil)))
    }

    /// The cell that is asked about; nil where the host has none of that name.
    private func cell(_ call: HTTPCall) -> String? {
        call.query["cell"].flatMap { TopologyName.isValid($0) ? $0 : nil }
    }

    private func log(_ call: HTTPCall) -> HTTPPage? {
        guard let cell = cell(call) else { return nil }
        let lines = min(max(call.query["lines"].flatMap { Int($0) } ?? 100, 0), HostPage.mostLines)
        let path = settings.directory.logPath(of: .cell, cell)
        return .document(ReportJSON.encode(HostPageReport(lines: SystemFile.tail(path, lines: lines))))
    }

    private func store(_ call: HTTPCall) -> HTTPPage? {
        guard let cell = cell(call), SystemFile.exists(settings.directory.storePath(of: cell)) else { return nil }
        do {
            let summary = try StoreSummary.read(
                path: settings.directory.storePath(of: cell), customer: call.query["customer"].map { Array($0.utf8) })
            return .document(ReportJSON.encode(HostPageReport(store: summary)))
        } catch {
            return .problem(HTTPProblem(status: 500, detail: .made("\(error)"), policy: "agent"))
        }
    }

    // MARK: Stopping

    /// A second signal does not wait for anybody.
    private func signalled() {
        if isStopping { return agent.killAll() }
        isStopping = true
        let begun = try? LoopTimer.once(loop: loop, after: .zero) { [unowned self] in
            agent.shutDown { [unowned self] in finish() }
        }
        if begun == nil { agent.killAll() }
    }

    private func finish() {
        for server in [admin, server] {
            server.stopListening()
            server.pool.flush()
            server.pool.closeAll()
        }
        watch?.close()
        security.close()
        driver.close()
        signals.forEach { $0.close() }
    }
}
