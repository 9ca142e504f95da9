import Foundation
import Testing

extension EndToEnd {
    @Suite struct IPv6Tests {
        /// Three regions of one cell each and a router, all at ::1: a record, a kill, and the records of those that are left.
        @Test func aWholeMeshLivesAtTheIPv6Loopback() throws {
            let mesh = try TestMesh()
            let folder = mesh.home.appendingPathComponent("files")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let file = folder.appendingPathComponent("six.yaml")
            try """
            mesh: six
            blueprint: shop
            blueprints: [{cell: shop, services: [{name: front}], store: {tier: critical}}]
            regions: [{name: a, cells: 1}, {name: b, cells: 1}, {name: c, cells: 1}]
            customers: {count: 10}
            sharding: {size: 3, spread: cell}

            """.write(to: file, atomically: true, encoding: .utf8)
            try mesh.up(file.path, ["--listen-address", "::1"])
            #expect(mesh.router.hasPrefix("http://[::1]:") && mesh.api.hasPrefix("http://[::1]:"))
            let processes = try #require(try mesh.json(["ps"])["processes"] as? [[String: Any]])
            #expect(processes.count == 5)
            for process in processes {
                for kind in ["data", "admin", "gossip"] {
                    guard let address = process[kind] as? String else { continue }
                    #expect(address.hasPrefix("[::1]:"), "\(process)")
                }
            }
            let path = "/v1/customers/c1/records/k"
            #expect(try HTTPProbe.request("PUT", mesh.router, path, body: "kept").status == 201)
            let victim = try mesh.shard(of: "c1").at(0)
            try mesh.json(["kill", victim])
            #expect(
                try TestMesh.eventually {
                    let answer = try HTTPProbe.request("GET", mesh.router, path)
                    return answer.status == 200 && answer.body == "kept" && answer.headers["x-shard"] == "2/3"
                })
            let load = try mesh.json(["load", "run", "--rate", "50", "--duration", "1s", "--router", mesh.router])
            #expect(load["schema"] != nil)

            // Its own names, however they are written, and no other's.
            let port = try #require(mesh.api.split(separator: ":").last)
            let token = try String(contentsOfFile: mesh.dataDirectory + "/token", encoding: .utf8)
                .trimmingCharacters(in: .whitespacesAndNewlines)
            func status(_ host: String) throws -> Int {
                try HTTPProbe.request(
                    "GET", mesh.api, "/v1/status", headers: ["Authorization: Bearer \(token)"], hostField: host
                ).status
            }
            for host in ["[::1]:\(port)", "[0:0:0:0:0:0:0:1]:\(port)", "localhost:\(port)"] {
                #expect(try status(host) == 200, "\(host)")
            }
            for host in ["127.0.0.1:\(port)", "[::1]", "[::2]:\(port)"] { #expect(try status(host) == 403, "\(host)") }

            // The next control plane finds those that run; one of the other family does not begin.
            try mesh.killControl()
            let other = try mesh.run(["up", file.path, "--detach", "--listen-address", "127.0.0.1"])
            #expect(other.code == 1 && other.err.contains("give --listen-address ::1"), "\(other.err)")
            try mesh.up(file.path)
            #expect(mesh.launch["adopted"] as? Int == 2 && mesh.api.hasPrefix("http://[::1]:"), "\(mesh.launch)")
            try mesh.json(["restart", victim])
            #expect(
                try TestMesh.eventually {
                    try HTTPProbe.request("GET", mesh.router, path).headers["x-shard"] == "3/3"
                })
            try mesh.down()
        }

        @Test func upIsOfThisMachine() throws {
            let mesh = try TestMesh()
            for (address, problem) in [
                ("10.0.0.1", "is no address of the loopback"), ("::", "is no address of the loopback"),
                ("fe80::1%lo", "a link-local address holds on one link"), ("[::1]:7000", "without a port"),
            ] {
                let outcome = try mesh.run(["up", "--detach", "--listen-address", address])
                #expect(outcome.code == 64 && outcome.err.contains(problem), "\(address): \(outcome.err)")
            }
        }

        /// A region of IPv4 and a router that is bound to every address of both families.
        @Test func aRouterOfBothFamiliesServesCellsOfOne() throws {
            func service(_ name: String, _ command: [String]) -> ComposeFile.Service {
                ComposeFile.Service(name: name, hostname: name, command: command, environment: [:])
            }
            let port = try #require(FreePorts.pair())
            let file = FileManager.default.temporaryDirectory.appendingPathComponent("cellmesh-pair-\(getpid()).yaml")
            try """
            mesh: pair
            blueprint: shop
            blueprints: [{cell: shop, services: [{name: front}], store: {tier: critical}}]
            regions: [{name: a, cells: 3}]
            customers: {count: 10}
            sharding: {size: 3, spread: cell}

            """
            .write(to: file, atomically: true, encoding: .utf8)
            defer { try? FileManager.default.removeItem(at: file) }
            let common = ["--topology", file.path, "--secret-file=/run/secrets/mesh"]
            let hosts = try ComposeHosts(
                [
                    service(
                        "region",
                        ["region", "a", "--data=/var/lib/cellmesh/data", "--gossip-port=\(port)"] + common
                            + ["--join", "127.0.0.1:\(port)"]),
                    service(
                        "router",
                        ["router", "--name", "r1", "--data=/var/lib/cellmesh/data"] + common + [
                            "--listen", "[::]:\(port + 1)", "--gossip", "[::]:0", "--admin", "[::1]:0",
                            "--advertise", "127.0.0.1", "--join", "[::ffff:127.0.0.1]:\(port)",
                        ]),
                    service(
                        "six",
                        ["router", "--name", "r1", "--data=/var/lib/cellmesh/data"] + common + [
                            "--gossip", "[::1]:0", "--join", "127.0.0.1:\(port)",
                        ]),
                ], in: .loopback)
            try hosts.start("region")
            try hosts.start("router")
            for host in ["127.0.0.1", "[::1]"] {
                try hosts.eventually("served at \(host)") {
                    let url = "http://\(host):\(port + 1)/v1/customers/c1/records/k"
                    let put = try hosts.run(["curl", "-gsi", "-m", "5", "-X", "PUT", "--data-binary", "x", url])
                    return [200, 201, 204].contains(HTTPProbe.parse(Array(put.out.utf8))?.status ?? 0)
                }
            }
            // One that could send to nobody says so, and ends.
            try hosts.start("six")
            try hosts.eventually("the refusal") {
                hosts.messages("six").contains("which reaches no IPv4 address; bind it to [::]")
            }
            #expect(hosts.stop("six")?.code != 0)
            for name in ["router", "region"] {
                let outcome = try #require(hosts.stop(name))
                #expect(outcome.code == 0, "\(name): exit \(outcome.code): \(outcome.err)")
            }
            #expect(hosts.pids().isEmpty)
        }
    }
}
