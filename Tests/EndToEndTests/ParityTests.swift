import Foundation
import Testing

extension EndToEnd {
    /// The same kills on real processes and in virtual time: one protocol, so one distribution of detection times.
    @Suite struct ParityTests {
        private static let victims = [
            "us-east-1", "eu-west-2", "us-west-3", "us-east-4", "eu-west-1", "us-west-2",
            "us-east-2", "eu-west-4",
        ]

        @Test func detectionTimesOfRealProcessesAreThoseOfTheSimulator() throws {
            let simulated = try Self.simulate("local")
            #expect(simulated.first.count >= 150)
            let mesh = try TestMesh("topology/three-regions.yaml")
            var attempts: [(first: Double, all: Double)] = []
            // Chance goes beyond the bound once in a hundred times, and a busy machine is late now and then: three times in a
            // row is neither.
            for _ in 0..<3 {
                let real = try Self.killAll(in: mesh)
                let distances = (
                    first: Self.distance(real.first, simulated.first), all: Self.distance(real.all, simulated.all)
                )
                attempts.append(distances)
                print(
                    "parity: distances of first and all \(distances), median first \(Self.median(real.first)) ms, "
                        + "simulated \(Self.median(simulated.first)) ms")
                let bound = Self.bound(real.first.count, simulated.first.count)
                if max(distances.first, distances.all) < bound { break }
            }
            let bound = Self.bound(Self.victims.count, simulated.first.count)
            #expect(
                attempts.last.map { max($0.first, $0.all) < bound } ?? false,
                "distances \(attempts) are beyond \(bound): the two drivers detect at different times")
            // The comparison can tell: another profile is another distribution.
            let slower = try Self.simulate("lan")
            #expect(
                Self.distance(slower.first, simulated.first) > Self.bound(slower.first.count, simulated.first.count))
            try mesh.down()
        }

        typealias Times = (first: [Double], all: [Double])

        /// The detections of many seeds, in milliseconds.
        private static func simulate(_ profile: String) throws -> Times {
            let folder = FileManager.default.temporaryDirectory.appendingPathComponent("parity-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder) }
            let source = try String(
                contentsOf: Program.root.appendingPathComponent("topology/three-regions.yaml"), encoding: .utf8)
            let topology = folder.appendingPathComponent("parity.yaml").path
            try source.replacingOccurrences(of: "profile: local", with: "profile: \(profile)")
                .replacingOccurrences(of: "../cells", with: Program.root.path + "/cells")
                .write(toFile: topology, atomically: true, encoding: .utf8)
            let gap = profile == "local" ? 5 : 25
            var arguments = [
                "sim", "run", topology, "--rate", "1", "--for", "\(gap * victims.count + 1)s", "-o", "json",
            ]
            for (number, victim) in victims.enumerated() {
                arguments += ["--fault", "kill \(victim) @\(1 + gap * number)s for \(gap - 2)s"]
            }
            var times: Times = ([], [])
            for seed in 1...(profile == "local" ? 30 : 4) {
                let run = try Program.Running(
                    Program.path, arguments + ["--seed", "\(seed)"], environment: ["NO_COLOR": "1"],
                    directory: Program.root)
                let outcome = run.wait(limit: 60)
                try #require(outcome.code == 0, "seed \(seed): \(outcome.out)\(outcome.err)")
                let membership = try #require(outcome.json["membership"] as? [String: Any])
                for detection in membership["detections"] as? [[String: Any]] ?? [] {
                    times.first.append((detection["first_ms"] as? NSNumber)?.doubleValue ?? 0)
                    times.all.append((detection["all_ms"] as? NSNumber)?.doubleValue ?? 0)
                }
            }
            return times
        }

        /// Kills one cell after the other and reads from the event logs when each of the others came to know.
        private static func killAll(in mesh: TestMesh) throws -> Times {
            var times: Times = ([], [])
            for victim in victims {
                let pid = try #require(try mesh.cells().first { $0.name == victim }).pid
                let killedAt = Date().timeIntervalSince1970
                kill(pid, SIGKILL)
                var known: [String: Double] = [:]
                TestMesh.eventually {
                    known = deaths(of: victim, since: killedAt, in: mesh.dataDirectory)
                    return known.count >= 13
                }
                let moments = known.values.map { ($0 - killedAt) * 1_000 }
                times.first.append(try #require(moments.min(), "nobody noticed that \(victim) is dead"))
                times.all.append(try #require(moments.max()))
                #expect(known.count == 13, "\(victim): only \(known.keys.sorted()) know")
                try mesh.json(["restart", "cell/\(victim)"])
                #expect(try mesh.run(["members", "--wait", "10s"]).code == 0)
            }
            return times
        }

        /// When each observer wrote down the death, in seconds since 1970.
        private static func deaths(of victim: String, since: Double, in directory: String) -> [String: Double] {
            var known: [String: Double] = [:]
            let files = FileManager.default.enumerator(atPath: directory)?.compactMap { $0 as? String } ?? []
            for file in files where file.hasSuffix("events.ndjson") {
                guard let text = try? String(contentsOfFile: directory + "/" + file, encoding: .utf8) else { continue }
                for line in text.split(separator: "\n") where line.contains("\"action\":\"dead\",\"id\":\"\(victim)\"")
                {
                    guard let event = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any],
                        let time = event["time"] as? String, let at = seconds(time), at >= since,
                        let attributes = event["attributes"] as? [String: Any],
                        let observer = attributes["observer"] as? String
                    else { continue }
                    known[observer] = min(known[observer] ?? at, at)
                }
            }
            return known
        }

        private static func seconds(_ time: String) -> Double? {
            let parts = time.split(separator: ".")
            guard parts.count == 2, let fraction = Double("0." + parts[1].prefix { $0.isNumber }) else { return nil }
            return ISO8601DateFormatter().date(from: parts[0] + "Z").map { $0.timeIntervalSince1970 + fraction }
        }

        /// The largest distance between two empirical distributions (Kolmogorov and Smirnov).
        private static func distance(_ a: [Double], _ b: [Double]) -> Double {
            (a + b).map { x in
                abs(
                    Double(a.count { $0 <= x }) / Double(a.count) - Double(b.count { $0 <= x }) / Double(b.count))
            }.max() ?? 1
        }

        private static func median(_ times: [Double]) -> Int { Int(times.sorted()[times.count / 2]) }

        /// Beyond it two samples of one distribution are once in a hundred times.
        private static func bound(_ n: Int, _ m: Int) -> Double {
            1.628 * (Double(n + m) / Double(n * m)).squareRoot()
        }
    }
}
