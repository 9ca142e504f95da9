import Topology

/// A blueprint with the positions of its parts, for the checks that follow.
struct LoadedBlueprint {
    struct EdgeMarks {
        var position: Position
        /// Nil where the default is used.
        var timeout: Position?
        var compensation: Position?
    }
    struct ServiceMarks {
        var position: Position
        var workers: Position
        var edges: [EdgeMarks]
    }

    var blueprint: Blueprint
    var file: String
    var name: Position
    var services: [ServiceMarks]
}
