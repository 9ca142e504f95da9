import Foundation
import Testing

extension EndToEndFaults {
    /// Full disks and wrong clocks of real processes, also without the control plane.
    @Suite struct MachineFaultTests {
        private func date(_ mesh: TestMesh) throws -> Date? {
            let format = DateFormatter()
            format.locale = Locale(identifier: "en_US_POSIX")
            format.timeZone = TimeZone(identifier: "GMT")
            format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
            let answer = try HTTPProbe.request("GET", mesh.router, "/v1/customers/c1/records/k1")
            return answer.headers["date"].flatMap { format.date(from: $0) }
        }

        private func isAhead(_ mesh: TestMesh) -> Bool {
            ((try? date(mesh)) ?? nil).map { $0.timeIntervalSinceNow > 3_000 } ?? false
        }

        @Test func aFullDiskRefusesWritesAndAnswersReads() throws {
            let mesh = try TestMesh()
            try mesh.up(Program.root.appendingPathComponent("topology/monolith.yaml").path)
            let record = "/v1/customers/c1/records/k1"
            #expect(try HTTPProbe.request("PUT", mesh.router, record, body: "before").status < 300)
            let added = try mesh.json(["fault", "add", "fill-disk", "solo-1"])
            #expect(
                (added["of"] as? Int).map { $0 > 0 && added["applied"] as? Int == $0 } == true
                    && added["text"] as? String == "fill-disk cell/solo-1")
            #expect(try HTTPProbe.request("PUT", mesh.router, record, body: "after").status >= 500)
            let read = try HTTPProbe.request("GET", mesh.router, record)
            #expect(read.status == 200 && read.body == "before")
            let isDegraded = try TestMesh.eventually { try mesh.json(["status"])["state"] as? String == "degraded" }
            #expect(isDegraded)
            try mesh.json(["heal"])
            let hasRoom = try TestMesh.eventually {
                try HTTPProbe.request("PUT", mesh.router, record, body: "after").status < 300
                    && (try mesh.json(["status"])["state"] as? String) == "serving"
            }
            #expect(hasRoom)
        }

        @Test func aClockIsAheadUntilItsLeaseEndsAlsoWithoutTheControlPlane() throws {
            let mesh = try TestMesh()
            try mesh.up(Program.root.appendingPathComponent("topology/monolith.yaml").path)
            #expect(!isAhead(mesh))
            try mesh.json(["fault", "add", "skew", "r1", "solo-1", "--ahead", "1h", "--for", "6s"])
            #expect(isAhead(mesh), "the router's answers say so")
            let pid = try #require((try mesh.json(["status"])["control"] as? [String: Any])?["pid"] as? Int)
            kill(pid_t(pid), SIGKILL)
            #expect(TestMesh.eventually { !isAhead(mesh) })
            try mesh.json(["up", "--detach"])
            let faults = try mesh.json(["fault", "ls"])["faults"] as? [Any]
            #expect(faults?.isEmpty == true)
            let dead = try mesh.json(["members"])["members"] as? [[String: Any]] ?? []
            #expect(!dead.contains { $0["name"] as? String == "solo-1" && $0["status"] as? String == "dead" })
            let refused = try mesh.run(["fault", "add", "skew", "control", "--ahead", "1h"])
            #expect(refused.code == 64 && refused.err.contains("everybody's measure"), "\(refused.err)")
        }
    }
}
