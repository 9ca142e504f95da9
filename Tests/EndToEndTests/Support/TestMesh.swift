import Foundation
import Testing

/// One mesh of real processes in a home of its own, ended and removed with the test.
final class TestMesh {
    let home: URL
    private(set) var router = ""
    private(set) var api = ""
    private(set) var dataDirectory = ""
    private(set) var launch: [String: Any] = [:]
    /// Pids that were seen, to prove at the end that none is left.
    private var pids: Set<Int32> = []

    init(_ topology: String? = nil, arguments: [String] = []) throws {
        home = FileManager.default.temporaryDirectory.appendingPathComponent("cellmesh-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
        guard let topology else { return }
        try up(topology, arguments)
    }

    /// A mesh of a topology that is written for it, with what it names beside it, by file name.
    convenience init(writing topology: String, _ name: String, beside files: [String: String] = [:]) throws {
        try self.init()
        let folder = home.appendingPathComponent("files")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for (name, text) in files.merging([name: topology], uniquingKeysWith: { _, new in new }) {
            try text.write(to: folder.appendingPathComponent(name), atomically: true, encoding: .utf8)
        }
        try up(folder.appendingPathComponent(name).path)
    }

    /// Three regions of one cell each, a service 'front', and ten customers.
    ///
    /// - Parameters:
    ///   - store: of the cells, as a blueprint has it.
    ///   - further: lines of the topology.
    convenience init(
        threeCells store: String, shards size: Int = 3, routers: Int = 1, and further: String = ""
    ) throws {
        try self.init(
            writing: """
                mesh: three
                blueprint: shop
                blueprints:
                  - cell: shop
                    services: [{name: front}]
                    store: {\(store)}
                regions: [{name: a, cells: 1}, {name: b, cells: 1}, {name: c, cells: 1}]
                customers: {count: 10}
                sharding: {size: \(size)}
                routers: \(routers)
                \(further)

                """, "three.yaml")
    }

    func up(_ topology: String, _ arguments: [String] = []) throws {
        let outcome = try run(["up", topology, "--detach", "-o", "json"] + arguments)
        try #require(outcome.code == 0, "up \(topology): exit \(outcome.code)\n\(outcome.out)\n\(outcome.err)")
        launch = outcome.json
        router = try #require(outcome.json["router"] as? String)
        api = try #require(outcome.json["api"] as? String)
        dataDirectory = try #require(outcome.json["data_dir"] as? String)
        notePids()
    }

    /// Runs a command of the program against this mesh.
    @discardableResult
    func run(_ arguments: [String], limit: TimeInterval = 120) throws -> Program.Outcome {
        try start(arguments).wait(limit: limit)
    }

    func start(_ arguments: [String]) throws -> Program.Running {
        try Program.Running(
            Program.path, arguments, environment: ["CELLMESH_HOME": home.path, "NO_COLOR": "1"],
            directory: Program.root)
    }

    /// Runs a command that must succeed and gives its JSON.
    @discardableResult
    func json(_ arguments: [String], limit: TimeInterval = 120) throws -> [String: Any] {
        let outcome = try run(arguments + ["-o", "json"], limit: limit)
        try #require(
            outcome.code == 0,
            "\(arguments.joined(separator: " ")): exit \(outcome.code)\n\(outcome.out)\n\(outcome.err)")
        return outcome.json
    }

    struct Cell {
        var name: String
        var pid: Int32
        var state: String
    }

    func cells() throws -> [Cell] {
        let rows = try #require(try json(["status"])["cells"] as? [[String: Any]])
        return rows.map {
            Cell(
                name: $0["name"] as? String ?? "", pid: Int32($0["pid"] as? Int ?? 0),
                state: $0["state"] as? String ?? "")
        }
    }

    func notePids() {
        guard let status = try? json(["status"]) else { return }
        for row in (status["cells"] as? [[String: Any]] ?? []) + (status["routers"] as? [[String: Any]] ?? []) {
            if let pid = row["pid"] as? Int, pid > 0 { pids.insert(Int32(pid)) }
        }
        if let control = status["control"] as? [String: Any], let pid = control["pid"] as? Int {
            pids.insert(Int32(pid))
        }
    }

    /// Of the processes that were seen, those that run still.
    var living: [Int32] { pids.filter { Self.isRunning($0) }.sorted() }

    /// The shard of a customer, first cell first.
    func shard(of customer: String) throws -> [String] {
        try #require(try json(["route", "explain", customer])["shard"] as? [String])
    }

    /// The pid of the control plane.
    func controlPID() throws -> Int32 {
        Int32(try #require((try json(["status"])["control"] as? [String: Any])?["pid"] as? Int))
    }

    /// SIGKILL to the control plane; it is gone afterwards.
    func killControl() throws {
        let pid = try controlPID()
        kill(pid, SIGKILL)
        Self.eventually { !Self.isRunning(pid) }
    }

    /// Ends the mesh in order and proves that no process of it is left.
    func down() throws {
        notePids()
        let outcome = try run(["down"])
        #expect(outcome.code == 0, "down: \(outcome.err)")
        let left = pids.filter { Self.isRunning($0) }
        #expect(left.isEmpty, "still running after down: \(left.sorted())")
    }

    /// Asks again and again until the condition holds, at most for about so many seconds.
    /// - Returns: whether it has held. Do not ask once more: a sound member may be suspected for a moment.
    @discardableResult
    static func eventually(seconds: Int = 10, _ condition: () throws -> Bool) rethrows -> Bool {
        for _ in 0..<seconds * 20 {
            if try condition() { return true }
            usleep(50_000)
        }
        return false
    }

    static func isRunning(_ pid: Int32) -> Bool {
        // A zombie has ended; only nobody has collected it.
        letter(pid).map { !["Z", "X"].contains($0) } ?? false
    }

    static func isStopped(_ pid: Int32) -> Bool { letter(pid) == "T" }

    private static func letter(_ pid: Int32) -> Character? {
        guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
            let end = stat.lastIndex(of: ")")
        else { return nil }
        return stat[stat.index(end, offsetBy: 2)]
    }

    deinit {
        // A test that failed may leave several.
        for name in (try? FileManager.default.contentsOfDirectory(atPath: home.path)) ?? [] {
            _ = try? run(["down", "--mesh", name], limit: 30)
        }
        _ = try? run(["doctor", "--reap"], limit: 30)
        try? FileManager.default.removeItem(at: home)
    }
}
