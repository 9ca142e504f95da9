import MeshBase
import Reports

/// By what rules a monkey kills cells.
package struct MonkeyPlan: Sendable, Equatable {
    /// When it draws; always where empty.
    package var within: [ScheduleWindow] = []
    /// As it was written.
    package var words: [String] = []
    /// From one draw to the next.
    package var every = TimeAmount.minutes(10)
    /// That a draw hits a region, 0...1.
    package var probability = 0.1
    /// A region is spared that has no more serving cells than so many.
    package var least = 3
    /// Targets that it never kills, as they were written.
    package var except: [String] = []
    package var seed: UInt64
    /// How long the mesh is looked at before a kill, and again after it has settled.
    package var window = TimeAmount.seconds(30)
    /// From the kill until the mesh is looked at again.
    package var settle = TimeAmount.seconds(30)

    /// What is no plan, in a sentence.
    package struct Refusal: Error, Equatable {
        package var message: String
    }

    /// By default, with the seed of the mesh.
    package init(seed: UInt64) { self.seed = seed }

    /// What a request asks, with defaults where it says nothing.
    ///
    /// - Parameter seed: of the mesh.
    package init(_ request: MonkeyRequest, seed: UInt64) throws(Refusal) {
        self.init(seed: request.seed ?? seed)
        words = request.within ?? []
        guard words.count <= Scenario.most else {
            throw Refusal(message: "within has \(Scenario.most) windows at most.")
        }
        for text in words {
            guard let window = ScheduleWindow(text: text) else {
                throw Refusal(
                    message:
                        "'\(text.prefix(64))' is no part of a week: write 'mon-fri 09:00-17:00', 'wednesday' or '09-17'."
                )
            }
            within.append(window)
        }
        func amount(_ milliseconds: Int64?, _ range: ClosedRange<TimeAmount>, _ name: String, _ fallback: TimeAmount)
            throws(Refusal) -> TimeAmount
        {
            guard let milliseconds else { return fallback }
            let amount = TimeAmount.milliseconds(min(max(milliseconds, 0), 1 << 40))
            guard range.contains(amount) else {
                throw Refusal(
                    message:
                        "'\(name)' is from \(Syntax.written(range.lowerBound)) to \(Syntax.written(range.upperBound)).")
            }
            return amount
        }
        every = try amount(request.everyMilliseconds, .seconds(1)...(.hours(24)), "every", every)
        window = try amount(request.windowMilliseconds, .seconds(1)...(.minutes(10)), "window", window)
        settle = try amount(request.settleMilliseconds, .seconds(1)...(.minutes(10)), "settle", settle)
        if let probability = request.probability {
            guard probability >= 0, probability <= 1 else { throw Refusal(message: "'probability' is from 0 to 1.") }
            self.probability = probability
        }
        if let least = request.least {
            guard (0...1_000_000).contains(least) else { throw Refusal(message: "'least' is 0 or more.") }
            self.least = least
        }
        except = request.except ?? []
        guard except.count <= Scenario.most else {
            throw Refusal(message: "'except' has \(Scenario.most) targets at most.")
        }
    }

    /// With nothing left out.
    package var request: MonkeyRequest {
        var request = MonkeyRequest()
        request.within = words
        request.everyMilliseconds = every.millisecondsRoundedUp
        request.probability = probability
        request.least = least
        request.except = except
        request.seed = seed
        request.windowMilliseconds = window.millisecondsRoundedUp
        request.settleMilliseconds = settle.millisecondsRoundedUp
        return request
    }

    /// How long a cell stays down: until all has been looked at.
    package var lease: TimeAmount { settle + window + .seconds(2) }

    /// Whether it draws at a time of the week.
    package func isWithin(_ time: WeekTime) -> Bool { within.isEmpty || within.contains { $0.contains(time) } }
}

/// A minute of the week in the machine's time.
package struct WeekTime: Sendable, Equatable {
    /// 0 for Monday to 6 for Sunday.
    package var day: Int
    /// Since midnight.
    package var minute: Int

    package init(day: Int, minute: Int) {
        self.day = day
        self.minute = minute
    }

    /// - Parameter nanoseconds: since 1970, of a clock without a zone.
    package init(utc nanoseconds: Int64) {
        let minutes = nanoseconds / 60_000_000_000
        // 1970 began on a Thursday.
        self.init(day: Int((minutes / 1_440 + 3) % 7), minute: Int(minutes % 1_440))
    }
}

extension ScheduleWindow {
    /// Parses `mon-fri 09:00-17:00`, `wednesday`, `09-17`; nil for anything else.
    package init?(text: String) {
        let words = text.split(separator: " ").map(String.init)
        guard (1...2).contains(words.count) else { return nil }
        self.init(days: Set(0..<7), minutes: 0..<1_440)
        if let days = Self.days(words[0]) {
            self.days = days
            guard words.count == 2 else { return }
            guard let minutes = Self.minutes(words[1]) else { return nil }
            self.minutes = minutes
        } else {
            guard words.count == 1, let minutes = Self.minutes(words[0]) else { return nil }
            self.minutes = minutes
        }
    }

    package func contains(_ time: WeekTime) -> Bool { contains(day: time.day, minute: time.minute) }
}
