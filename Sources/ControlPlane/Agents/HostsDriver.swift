import Chaos
import MeshBase
import Reports
import Topology
import UVDriver

/// Processes of this machine and of others: what belongs to a region that an agent runs goes to that agent, everything else is done
/// here. The supervisor sees one driver.
package final class HostsDriver: ProcessDriver {
    /// How often each agent is asked.
    static let interval = TimeAmount.milliseconds(100)
    /// So many times less often, what its processes use is asked as well.
    private static let usageEvery = 10
    private static let timeout = TimeAmount.seconds(2)

    let local: UVProcessDriver
    private let loop: EventLoop
    private let client: HTTPClient
    private let directory: DataDirectory
    private let mesh: String
    private let authorization: String
    private let controller: String
    private(set) var links: [Link]
    private let hostOf: (ProcessName) -> Int?
    private var timer: LoopTimer?
    /// The files that processes read while they run.
    private let files: [AgentFile.Kind: WatchedFile<String?>]

    /// One agent.
    final class Link {
        let region: String
        let name: String
        /// Where it answers; nil while its name leads nowhere.
        var endpoint: Endpoint?
        let mirror: AgentMirror
        /// When its name may be looked up again.
        var nextLookup = Instant.zero
        var isAsked = false
        var isHurried = false
        var turn = 0
        /// What is wrong with its last answer; nil where nothing is.
        var trouble: Trouble?

        init(region: String, name: String, mirror: AgentMirror) {
            self.region = region
            self.name = name
            endpoint = Endpoint(name)
            self.mirror = mirror
        }

        /// Why its host cannot be reached.
        var reason: String {
            switch trouble {
            case .refusal(let detail): "its host's agent at \(name) does not obey: \(detail)"
            case .silence(let detail): "its host is gone: no agent answers at \(name) (\(detail))"
            case nil: "its host is gone: no agent answers at \(name)"
            }
        }

        enum Trouble {
            case silence(String)
            /// It answers, and says no.
            case refusal(String)
        }
    }

    /// - Parameters:
    ///   - hosts: with the addresses of their agents.
    ///   - hostOf: the position of the host whose agent runs a process; nil: it runs here.
    ///   - controller: this control plane, over its lives.
    package init(
        _ local: UVProcessDriver, loop: EventLoop, client: HTTPClient, directory: DataDirectory, mesh: String,
        secret: [UInt8], hosts: [RegionHost], controller: String,
        life: UInt64, grace: TimeAmount, hostOf: @escaping (ProcessName) -> Int?
    ) {
        self.local = local
        self.loop = loop
        self.client = client
        self.directory = directory
        self.mesh = mesh
        self.controller = controller
        self.hostOf = hostOf
        files = Dictionary(
            uniqueKeysWithValues: AgentFile.Kind.allCases.map { kind in
                (kind, WatchedFile(directory.path(of: kind), most: AgentFile.largest, absent: .some(nil)) { $0 })
            })
        authorization = AgentKey.authorization(secret: secret, mesh: mesh)
        links = hosts.enumerated().map { position, host in
            Link(
                region: host.region, name: host.agent,
                mirror: AgentMirror(host: position, controller: controller, life: life, grace: grace, now: loop.now()))
        }
    }

    // MARK: Asking

    package func begin() {
        timer = try? LoopTimer(loop: loop) { [unowned self] in turn() }
        timer?.start(after: .zero, every: Self.interval)
    }

    private func turn() {
        for link in links {
            link.mirror.look(now: loop.now())
            if !link.isAsked { ask(link) }
        }
    }

    /// Looks its name up while nobody answers: a host may come back with another address.
    private func lookUp(_ link: Link) {
        guard Endpoint(link.name) == nil, let place = HostPort(link.name), loop.now() >= link.nextLookup else { return }
        link.nextLookup = loop.now() + Self.lookupInterval
        link.isAsked = true
        let answer: (Result<[Endpoint], UVError>) -> Void = { [weak self] result in
            link.isAsked = false
            guard self != nil else { return }
            switch result {
            case .success(let found): link.endpoint = found.first ?? link.endpoint
            case .failure(let error): if link.endpoint == nil { link.trouble = .silence("\(error)") }
            }
        }
        do throws(UVError) {
            try Resolver.resolve(loop: loop, host: place.host, port: place.port, completion: answer)
        } catch { answer(.failure(error)) }
    }

    private static let lookupInterval = TimeAmount.seconds(1)

    private func ask(_ link: Link) {
        if link.endpoint == nil || link.trouble != nil { lookUp(link) }
        guard let endpoint = link.endpoint, !link.isAsked else { return }
        link.isAsked = true
        let mirror = link.mirror
        let usage = link.turn % Self.usageEvery == 0
        link.turn += 1
        // What a process is to start with is there before it.
        lookAtFiles()
        var request: HTTPOutgoing
        if let orders = mirror.next() {
            request = HTTPOutgoing(.post, endpoint, "/v1/agent", body: ReportJSON.encode(orders))
            request.set("Content-Type", "application/json")
        } else {
            var target = "/v1/agent?controller=\(controller)&life=\(mirror.life)"
            let seen = mirror.seen
            if let boot = seen.boot { target += "&boot=\(boot)&since=\(seen.revision)" }
            request = HTTPOutgoing(.get, endpoint, target + (usage ? "&usage=1" : ""))
        }
        request.set("Authorization", authorization)
        client.send(request, timeout: Self.timeout) { [weak self] result in
            guard let self, timer != nil else { return }
            link.isAsked = false
            take(result, of: link)
            // What waits is not kept waiting, and what was done is looked at soon.
            if link.mirror.next() != nil, link.trouble == nil { ask(link) }
        }
    }

    private func take(_ result: Result<HTTPAnswer, HTTPClientError>, of link: Link) {
        switch result {
        case .failure(let error): link.trouble = .silence("\(error)")
        case .success(let answer) where answer.isSuccess:
            guard let page = ReportJSON.decode(AgentPage.self, answer.body) else {
                return link.trouble = .refusal("what answers there is no agent")
            }
            guard page.mesh == mesh, page.region == link.region else {
                return link.trouble = .refusal(
                    "it is of \(page.region) of the mesh \(page.mesh.prefix(64)), and not of \(link.region) of "
                        + "\(mesh.prefix(64)): give both the same topology")
            }
            link.trouble = nil
            link.mirror.take(page, now: loop.now())
        case .success(let answer): link.trouble = .refusal(Self.problem(answer))
        }
    }

    private static func problem(_ answer: HTTPAnswer) -> String {
        ReportJSON.decode(ProblemReport.self, answer.body)?.detail ?? "it answers with status \(answer.status)"
    }

    private func lookAtFiles() {
        for file in files.values { file.refresh() }
        let content = files.compactMapValues { $0.value ?? nil }
        for link in links { link.mirror.set(content) }
    }

    /// Why nothing can be done with a process just now; nil where it can, and where its agent was not heard of yet.
    func trouble(of name: ProcessName) -> String? {
        guard let host = hostOf(name), links.indices.contains(host), links[host].mirror.isGone else { return nil }
        return links[host].reason
    }

    /// Calls back when all hosts that answer have the files as they are, or after a second.
    func afterFiles(_ then: @escaping () -> Void) {
        guard !links.isEmpty else { return then() }
        lookAtFiles()
        for link in links { hurry(link) }
        awaitFiles(50, then)
    }

    private func awaitFiles(_ tries: Int, _ then: @escaping () -> Void) {
        let isDone = links.allSatisfy { !$0.mirror.isReachable || $0.mirror.hasFiles }
        guard !isDone, tries > 0, timer != nil else { return then() }
        _ = schedule(after: .milliseconds(20)) { [weak self] in self?.awaitFiles(tries - 1, then) }
    }

    func isElsewhere(_ name: ProcessName) -> Bool { hostOf(name) != nil }

    /// As its agent told last.
    func process(_ identity: ProcessIdentity) -> AgentProcess? {
        link(of: identity)?.mirror.process(identity.startTime)
    }

    /// Asks the agent of a cell's host for a page; `completion` is called once.
    func ask(_ page: HostPage, _ completion: @escaping (Result<HostPageReport, APIFailure>) -> Void) {
        let name = ProcessName(.cell, page.cell)
        guard let host = hostOf(name), links.indices.contains(host) else {
            return completion(.failure(APIFailure(404, "No cell '\(page.cell)' runs on another host.")))
        }
        guard trouble(of: name) == nil, let endpoint = links[host].endpoint else {
            return completion(.failure(APIFailure(503, "\(name): \(trouble(of: name) ?? "its host is not known").")))
        }
        var request = HTTPOutgoing(.get, endpoint, page.target)
        request.set("Authorization", authorization)
        client.send(request, timeout: Self.timeout) { result in
            switch result {
            case .success(let answer):
                if answer.isSuccess, let report = ReportJSON.decode(HostPageReport.self, answer.body) {
                    return completion(.success(report))
                }
                completion(.failure(APIFailure(502, "\(name): \(Self.problem(answer))")))
            case .failure(let error): completion(.failure(APIFailure(503, "\(name): \(error).")))
            }
        }
    }

    private func link(of identity: ProcessIdentity) -> Link? {
        identity.host.flatMap { links.indices.contains($0) ? links[$0] : nil }
    }

    // MARK: As a driver

    package func now() -> Instant { local.now() }
    package func wallClock() -> Int64 { local.wallClock() }
    package func clock() -> ClockReading { local.clock() }

    package func spawn(
        _ request: SpawnRequest, onLine: @escaping (String) -> Void, onExit: @escaping (String) -> Void
    ) throws(SpawnFailure) -> ProcessIdentity {
        guard let host = hostOf(request.name), let order = request.order else {
            return try local.spawn(request, onLine: onLine, onExit: onExit)
        }
        if let trouble = trouble(of: request.name) { throw SpawnFailure(trouble) }
        let identity = try links[host].mirror.start(request.name, order, onLine: onLine, onExit: onExit)
        hurry(links[host])
        return identity
    }

    /// An order does not wait for the next turn.
    private func hurry(_ link: Link) {
        guard !link.isAsked, timer != nil, !link.isHurried else { return }
        link.isHurried = true
        let begun = try? LoopTimer.once(loop: loop, after: .zero) { [weak self] in
            link.isHurried = false
            if let self, timer != nil, !link.isAsked { ask(link) }
        }
        if begun == nil { link.isHurried = false }
    }

    package func adopt(_ identity: ProcessIdentity, onExit: @escaping (String) -> Void) throws(SpawnFailure) {
        guard let link = link(of: identity) else { return try local.adopt(identity, onExit: onExit) }
        guard link.mirror.adopt(identity.startTime, onExit: onExit) else {
            throw SpawnFailure("its host knows it no more")
        }
    }

    @discardableResult
    package func signal(_ identity: ProcessIdentity, _ signal: ProcessSignal) -> Bool {
        guard let link = link(of: identity) else { return local.signal(identity, signal) }
        defer { hurry(link) }
        return link.mirror.signal(identity.startTime, signal)
    }

    package func isStopped(_ identity: ProcessIdentity) -> Bool {
        guard identity.host != nil else { return local.isStopped(identity) }
        return process(identity)?.isStopped ?? false
    }

    package func pid(of identity: ProcessIdentity) -> Int32? {
        guard identity.host != nil else { return identity.pid }
        return process(identity).flatMap { $0.pid > 0 ? $0.pid : nil }
    }

    package func isGone(_ identity: ProcessIdentity) -> Bool { link(of: identity)?.mirror.isGone ?? false }

    package func watchPause(_ lease: PauseLease, at path: String, by request: SpawnRequest) throws(SpawnFailure) {
        let identity = ProcessIdentity(pid: lease.pid, startTime: lease.startTime)
        guard let link = link(of: identity) else { return try local.watchPause(lease, at: path, by: request) }
        try link.mirror.watchPause(lease.startTime, for: lease.term.remaining(at: clock()))
    }

    package func endPrograms(in directory: String) { local.endPrograms(in: directory) }

    package func schedule(after delay: TimeAmount, _ body: @escaping () -> Void) -> any ScheduledCall {
        local.schedule(after: delay, body)
    }

    package func tail(_ path: String, lines: Int) -> [String] {
        for link in links {
            for (name, log) in link.mirror.logs where directory.logPath(of: .cell, name) == path {
                return Array(log.suffix(lines))
            }
        }
        return local.tail(path, lines: lines)
    }

    package func close() {
        timer?.close()
        timer = nil
        local.close()
    }
}
