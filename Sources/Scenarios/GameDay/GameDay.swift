import Drills
import MeshBase

/// Several drills, one after the other, as a file says them: announced, with time between them, and one report of all.
package struct GameDay: Sendable, Equatable {
    /// One of them.
    package struct Part: Sendable, Equatable {
        package var scenario: Scenario
        /// Of the scenario, as a file.
        package var text: String
        /// As `drill run` takes it: a name or a path.
        package var word: String

        package init(_ scenario: Scenario, text: String, word: String) {
            self.scenario = scenario
            self.text = text
            self.word = word
        }
    }

    /// Of its file, as a scenario's.
    package var name: String
    /// A headline.
    package var title: String
    package var about = ""
    /// In order; at least one.
    package var drills: [Part]
    /// For how long it is announced before the first drill.
    package var announce = TimeAmount.minutes(30)
    /// From the end of a drill to the beginning of the next one; a drill with a `cool-down` of its own has that.
    package var coolDown = TimeAmount.minutes(5)
    /// A drill that ends so is the last one.
    package var stopOn: Set<DrillOutcome> = []
    /// When it may run; always where empty.
    package var schedule: [ScheduleWindow] = []

    package init(name: String, title: String, drills: [Part]) {
        self.name = name
        self.title = title
        self.drills = drills
    }

    /// Drills at most.
    package static let most = 64

    /// Whether it may begin at a time of the week.
    package func mayBegin(_ time: WeekTime) -> Bool { schedule.allow(time) }

    /// The first of its drills that may not begin at a time of the week; nil where all may.
    package func refusing(_ time: WeekTime) -> Scenario? {
        drills.lazy.map(\.scenario).first { !$0.schedule.allow(time) }
    }

    /// The same with one drill alone: that after the one that ran last, round about.
    ///
    /// - Parameter last: the name of the drill that ran last; nil where none has.
    package func one(after last: String?) -> GameDay {
        let place = last.flatMap { last in drills.firstIndex { $0.scenario.name == last } }
        var day = self
        day.drills = [drills[place.map { ($0 + 1) % drills.count } ?? 0]]
        return day
    }
}

extension [ScheduleWindow] {
    /// Whether something may begin at a time of the week: within one of the windows, or at any time where there is none.
    package func allow(_ time: WeekTime) -> Bool { isEmpty || contains { $0.contains(time) } }
}
