import Foundation
import Testing

/// The services of a Compose file on hosts without Docker.
final class ComposeHosts {
    enum Place: String, CaseIterable {
        /// A network namespace, a hosts file and a host name each, on one bridge. Commands run as they are written but for
        /// their paths, and names become known one after the other, as containers start.
        case namespaces
        /// The same with IPv6 addresses alone: `::` takes the place of 0.0.0.0.
        case namespaces6
        /// A loopback address each: it takes the place of the service's name, and of 0.0.0.0 and 127.0.0.1.
        case loopback

        /// Namespaces are root's.
        static let available: [Place] = {
            let probe = "cellmesh-\(getpid())-probe"
            let isAllowed = geteuid() == 0 && ComposeHosts.shell("ip netns add \(probe) && ip netns del \(probe)")
            return isAllowed ? allCases : [.loopback]
        }()
    }

    let folder: URL
    private let usesNamespaces: Bool
    private let isIPv6: Bool
    private let services: [ComposeFile.Service]
    private let prefix = "cellmesh-\(getpid())"
    private var running: [String: Program.Running] = [:]

    init(_ services: [ComposeFile.Service], in place: Place) throws {
        self.services = services
        folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "cellmesh-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let secret = (0..<32).map { _ in String(format: "%02x", UInt8.random(in: 0...255)) }.joined()
        try secret.write(to: folder.appendingPathComponent("mesh.secret"), atomically: true, encoding: .utf8)
        usesNamespaces = place != .loopback
        isIPv6 = place == .namespaces6
        if usesNamespaces { try makeNamespaces() }
    }

    // MARK: Addresses

    func address(of service: String) throws -> String {
        let index = try #require(services.firstIndex { $0.name == service })
        if isIPv6 { return "fd77::\(index + 1)" }
        return usesNamespaces ? "10.77.0.\(index + 1)" : "127.77.\(getpid() % 250).\(index + 1)"
    }

    private func makeNamespaces() throws {
        var script = [
            "ip netns add \(prefix)-switch", "ip -n \(prefix)-switch link set lo up",
            "ip -n \(prefix)-switch link add name br0 type bridge",
            "ip -n \(prefix)-switch addr add \(isIPv6 ? "fd77::fe/64" : "10.77.0.254/24") dev br0 \(isIPv6 ? "nodad" : "")",
            "ip -n \(prefix)-switch link set br0 up",
        ]
        for (index, service) in services.enumerated() {
            let space = "\(prefix)-\(service.name)"
            script += [
                "ip netns add \(space)", "ip -n \(space) link set lo up",
                "ip -n \(space) link add name eth0 type veth peer name v\(index) netns \(prefix)-switch",
                "ip -n \(space) addr add \(try address(of: service.name))"
                    + (isIPv6 ? "/64 dev eth0 nodad" : "/24 dev eth0"),
                "ip -n \(space) link set eth0 up",
                "ip -n \(prefix)-switch link set v\(index) master br0 up",
            ]
        }
        try "127.0.0.1 localhost\n".write(to: hostsFile, atomically: true, encoding: .utf8)
        try #require(Self.shell(script.joined(separator: " && ")), "the network namespaces could not be set up")
    }

    private var hostsFile: URL { folder.appendingPathComponent("hosts") }

    /// From now on the others find a service by its name.
    private func publish(_ service: String) throws {
        guard usesNamespaces else { return }
        // In place: the file is mounted.
        let file = try FileHandle(forWritingTo: hostsFile)
        try file.seekToEnd()
        try file.write(contentsOf: Data("\(try address(of: service)) \(service)\n".utf8))
        try file.close()
    }

    /// Runs a program where it reaches all services.
    func run(_ arguments: [String], limit: TimeInterval = 10) throws -> Program.Outcome {
        let place = usesNamespaces ? ["ip", "netns", "exec", "\(prefix)-switch"] : []
        return try launch(place + arguments).wait(limit: limit)
    }

    /// Runs a command of cellmesh in the container of a service, as `docker-compose exec` does.
    func execute(_ service: String, _ arguments: [String]) throws -> Program.Outcome {
        let service = try #require(services.first { $0.name == service })
        return try launch(place(service) + [Program.path] + arguments, environment(service)).wait(limit: 20)
    }

    /// One request to the router's published port.
    func http(_ method: String, _ path: String, body: String = "") throws -> HTTPProbe.Answer? {
        let host = try address(of: "r1")
        let url = "http://\(isIPv6 ? "[\(host)]" : host):7000\(path)"
        let data = body.isEmpty ? [] : ["--data-binary", body]
        let outcome = try run(["curl", "-gsi", "-m", "5", "-X", method, url] + data)
        return HTTPProbe.parse(Array(outcome.out.utf8))
    }

    /// Asks until the answer is yes.
    func eventually(_ what: String, limit: TimeInterval = 15, _ isTrue: () throws -> Bool) throws {
        let deadline = Date(timeIntervalSinceNow: limit)
        while try !isTrue() {
            let heard = running.keys.sorted().map { "\($0): \(messages($0))" }.joined(separator: "\n")
            try #require(Date() < deadline, "not in \(limit) s: \(what)\n\(heard)")
            usleep(50_000)
        }
    }

    // MARK: Processes

    func start(_ name: String) throws {
        let service = try #require(services.first { $0.name == name })
        let arguments = try service.command.map { try translated($0, for: service) }
        try publish(name)
        try FileManager.default.createDirectory(atPath: volume(name), withIntermediateDirectories: true)
        running[name] = try launch(place(service) + [Program.path] + arguments, environment(service))
    }

    private func environment(_ service: ComposeFile.Service) throws -> [String: String] {
        try service.environment.mapValues { try translated($0, for: service) }
    }

    private func place(_ service: ComposeFile.Service) -> [String] {
        guard usesNamespaces else { return [] }
        let script = "mount --bind \"$0\" /etc/hosts && hostname \"$1\" && shift && exec \"$@\""
        return [
            "ip", "netns", "exec", "\(prefix)-\(service.name)", "unshare", "--mount", "--uts", "sh", "-c", script,
            hostsFile.path, service.hostname,
        ]
    }

    /// What the image and its volumes hold lies elsewhere on this machine.
    private func translated(_ text: String, for service: ComposeFile.Service) throws -> String {
        let text =
            text
            .replacingOccurrences(of: "/etc/cellmesh", with: Program.root.path)
            .replacingOccurrences(of: "/var/lib/cellmesh", with: volume(service.name))
            .replacingOccurrences(of: "/run/secrets/mesh", with: folder.appendingPathComponent("mesh.secret").path)
        if isIPv6 {
            return text.replacingOccurrences(of: "=0.0.0.0:", with: "=[::]:").replacingOccurrences(
                of: "=0.0.0.0", with: "=::")
        }
        guard !usesNamespaces, let sign = text.firstIndex(of: "=") else { return text }
        let parts = text[text.index(after: sign)...].split(separator: ":", maxSplits: 1)
        let own = parts.first == "0.0.0.0" || parts.first == "127.0.0.1"
        let host = own ? service.name : parts.first.map(String.init) ?? ""
        // A router bears the name of its service: an address has a port.
        guard own || parts.count > 1, services.contains(where: { $0.name == host }) else { return text }
        return "\(text[...sign])\(try address(of: host))" + parts.dropFirst().map { ":\($0)" }.joined()
    }

    private func volume(_ service: String) -> String { folder.appendingPathComponent(service).path }

    /// Processes of a service, its children included: by the data directory that each was told.
    func pids(of service: String? = nil, mark: String = "") -> [Int32] {
        let mark = (service.map { volume($0) } ?? folder.path) + "/" + mark
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return entries.compactMap { Int32($0) }.filter { pid in
            guard let line = try? Data(contentsOf: URL(fileURLWithPath: "/proc/\(pid)/cmdline")) else { return false }
            return String(decoding: line, as: UTF8.self).contains(mark) && TestMesh.isRunning(pid)
        }
    }

    /// What a service has said on its standard error so far.
    func messages(_ service: String) -> String { running[service]?.messages ?? "" }

    /// SIGTERM, as `docker-compose stop` does.
    func stop(_ service: String) -> Program.Outcome? {
        guard let running = running.removeValue(forKey: service) else { return nil }
        kill(running.process.processIdentifier, SIGTERM)
        return running.wait(limit: 15)
    }

    /// SIGKILL to all processes of a service at once.
    func destroy(_ service: String) {
        for pid in pids(of: service) { kill(pid, SIGKILL) }
        _ = running.removeValue(forKey: service)?.wait(limit: 5)
    }

    /// Begins to write down what goes between the services from host to host. Nil where they have no hosts of their own.
    func capture() throws -> Capture? {
        guard usesNamespaces else { return nil }
        let script = Program.root.appendingPathComponent("Tests/EndToEndTests/Support/capture.py").path
        let file = folder.appendingPathComponent("capture")
        let running = try launch([
            "ip", "netns", "exec", "\(prefix)-switch", "python3", script, file.path,
            isIPv6 ? "fd77::fe" : "10.77.0.254",
        ])
        try eventually("the capture runs") { running.messages.contains("listening") }
        return Capture(running: running, file: file)
    }

    struct Capture {
        let running: Program.Running
        let file: URL

        /// All of it so far.
        func end() throws -> Data {
            kill(running.process.processIdentifier, SIGTERM)
            _ = running.wait(limit: 5)
            return try Data(contentsOf: file)
        }
    }

    // MARK: Helpers

    private func launch(_ words: [String], _ environment: [String: String] = [:]) throws -> Program.Running {
        try Program.Running(
            "/usr/bin/env", words, environment: environment.merging(["NO_COLOR": "1"]) { $1 }, directory: folder)
    }

    @discardableResult
    fileprivate static func shell(_ script: String) -> Bool {
        let running = try? Program.Running("/bin/sh", ["-c", script], environment: [:], directory: Program.root)
        return running?.wait(limit: 20).code == 0
    }

    deinit {
        for pid in pids() { kill(pid, SIGKILL) }
        for command in running.values { _ = command.wait(limit: 5) }
        if usesNamespaces {
            let names = services.map { "\(prefix)-\($0.name)" } + ["\(prefix)-switch"]
            Self.shell(names.map { "ip netns del \($0)" }.joined(separator: "; "))
        }
        try? FileManager.default.removeItem(at: folder)
    }
}
