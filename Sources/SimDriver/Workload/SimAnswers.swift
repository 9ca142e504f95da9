import MeshBase
import Wire

/// What calls of services were answered with, by service and second: what tests of workloads ask. Bounded by the services
/// and the seconds of the load.
package struct SimAnswers: Sendable, Equatable {
    /// Calls of one service that were sent in one second, or several of them added up.
    package struct Tally: Sendable, Equatable {
        package internal(set) var sent = 0
        /// Answered with 2xx.
        package internal(set) var ok = 0
        /// Of `ok`: with `X-Degraded`.
        package internal(set) var degraded = 0
        /// No answer at all.
        package internal(set) var lost = 0
        /// Answers by status.
        package internal(set) var statuses: [Int: Int] = [:]
        /// What `X-Degraded` said.
        package internal(set) var how: [String: Int] = [:]
        /// Problems by the policy that they name.
        package internal(set) var policies: [String: Int] = [:]
        /// Failures that say when to come back.
        package internal(set) var comeBack = 0
        /// Answered, by `Priority.rawValue`, of those that ask for a class: ok, and refused with a problem.
        package internal(set) var okOf = SIMD4<Int>.zero
        package internal(set) var refusedOf = SIMD4<Int>.zero
        /// Times to the answer, by eighths of powers of two of microseconds.
        private var times: [Int: Int] = [:]

        mutating func took(_ time: TimeAmount) { times[Self.bucket(time), default: 0] += 1 }

        private static func bucket(_ time: TimeAmount) -> Int {
            let micros = UInt64(max(time.nanoseconds / 1_000, 1))
            let power = 63 - micros.leadingZeroBitCount
            let eighth = power >= 3 ? Int(micros >> UInt64(power - 3)) & 7 : Int(micros << UInt64(3 - power)) & 7
            return power * 8 + eighth
        }

        /// At most so long did this share of the answers take; zero without answers. Up to an eighth too much.
        package func quantile(_ share: Double) -> TimeAmount {
            let all = times.values.reduce(0, +)
            var left = Int((share * Double(all)).rounded(.up))
            for bucket in times.keys.sorted() {
                left -= times[bucket]!
                guard left <= 0 else { continue }
                let micros = (Double(8 + bucket % 8 + 1) / 8) * Double(UInt64(1) << UInt64(bucket / 8))
                return .microseconds(Int64(micros))
            }
            return .zero
        }

        /// Of load policies only those that are full refuse what is critical.
        private static let neverCritical: Set<String> = ["shedding", "early-shed", "throttle"]

        /// - Returns: the policy that has refused a critical request and must not.
        mutating func note(_ request: SimRequest, _ answer: SimAnswer, now: Instant) -> String? {
            sent += 1
            guard case .response(let response, let bytes) = answer else {
                lost += 1
                return nil
            }
            took(now - request.sent)
            statuses[response.status, default: 0] += 1
            if response.status < 300 {
                ok += 1
                if let priority = request.priority { okOf[Int(priority.rawValue)] += 1 }
                guard response.degraded.isPresent else { return nil }
                degraded += 1
                for name in String(decoding: response.degraded.bytes(in: bytes), as: UTF8.self).split(separator: ", ") {
                    how[String(name), default: 0] += 1
                }
                return nil
            }
            if response.retryAfter.isPresent { comeBack += 1 }
            if let priority = request.priority { refusedOf[Int(priority.rawValue)] += 1 }
            guard let policy = Self.policy(in: response.body.bytes(in: bytes)) else { return nil }
            policies[policy, default: 0] += 1
            guard request.priority == .critical, Self.neverCritical.contains(policy) else { return nil }
            // What is kept under its key was the answer of whoever came first with it.
            return response.header("idempotent-replayed", in: bytes).isPresent ? nil : policy
        }

        private static let mark = Array("\"policy\":\"".utf8)

        /// The `policy` of a problem document.
        private static func policy(in body: UnsafeRawBufferPointer) -> String? {
            let mark = mark
            for start in body.indices where body[start] == mark[0] && body[start...].starts(with: mark) {
                let rest = body[(start + mark.count)...]
                return rest.firstIndex(of: UInt8(ascii: "\"")).map { String(decoding: rest[..<$0], as: UTF8.self) }
            }
            return nil
        }

        mutating func add(_ other: Tally) {
            sent += other.sent
            ok += other.ok
            degraded += other.degraded
            lost += other.lost
            comeBack += other.comeBack
            okOf &+= other.okOf
            refusedOf &+= other.refusedOf
            statuses.merge(other.statuses, uniquingKeysWith: +)
            how.merge(other.how, uniquingKeysWith: +)
            policies.merge(other.policies, uniquingKeysWith: +)
            times.merge(other.times, uniquingKeysWith: +)
        }
    }

    private struct Place: Hashable {
        let service: Int
        let second: Int
    }

    private var began = Instant.zero
    private var tallies: [Place: Tally] = [:]
    /// Critical requests that a policy refused which must not: by policy.
    private(set) var criticalRefused: [String: Int] = [:]

    mutating func begin(_ now: Instant) { began = now }

    mutating func note(_ service: Int, _ request: SimRequest, _ answer: SimAnswer, now: Instant) {
        let second = Int((request.sent - began).nanoseconds / 1_000_000_000)
        let refusal = tallies[Place(service: service, second: second), default: Tally()].note(request, answer, now: now)
        if let refusal { criticalRefused[refusal, default: 0] += 1 }
    }

    /// Calls of a service, by its place among those that clients call, sent in these seconds of the load.
    package func tally(_ service: Int = 0, _ seconds: Range<Int> = 0..<Int.max) -> Tally {
        tallies.reduce(into: Tally()) { sum, entry in
            if entry.key.service == service, seconds.contains(entry.key.second) { sum.add(entry.value) }
        }
    }

    /// Calls of all services.
    var all: Tally { tallies.values.reduce(into: Tally()) { $0.add($1) } }
}
