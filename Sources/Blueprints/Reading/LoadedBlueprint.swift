import Topology

/// A blueprint with the positions of its parts, for the checks that follow.
struct LoadedBlueprint {
    struct EdgeMarks {
        var position: Position
        /// Nil where the default is used.
        var timeout: Position?
        var compensation: Position?
        var attemptTimeout: Position?
        var generic: Position?
        var joinWithin: Position?
        var policies = SettingMarks()
    }
    struct GroupMarks {
        var position: Position
        var joinWithin: Position?
    }
    struct ServiceMarks {
        var position: Position
        var workers: Position
        /// Nil where the default is used.
        var queue: Position?
        var overflow: Position?
        var dynamic: Position?
        var attemptTimeout: Position?
        var connection: Position?
        var cacheable: Position?
        /// Parallel to `Service.ladder`.
        var rungs: [Position] = []
        var policies = SettingMarks()
        var edges: [EdgeMarks] = []
        /// Parallel to `Service.parallel`.
        var groups: [GroupMarks] = []
    }
    struct Marks {
        var name: Position
        var objectives: Position?
        var queue: Position?
        var policies = SettingMarks()
    }

    var blueprint: Blueprint
    var file: String
    var marks: Marks
    /// Parallel to `Blueprint.services`.
    var services: [ServiceMarks]
}
