/// `degrade ls -o json`: levels that were set, those of cells, and what they leave of each feature.
package struct LevelsReport: Codable, Sendable, Equatable {
    package struct Level: Codable, Sendable, Equatable {
        package var scope: String
        package var level: String
        /// The level that was set by hand, and the one that the controller wants.
        @Nullable package var manual: String?
        @Nullable package var controller: String?
        package var why: String
        /// RFC 3339; nil for never.
        @Nullable package var until: String?

        package init(
            scope: String, level: String, manual: String?, controller: String? = nil, why: String, until: String? = nil
        ) {
            self.scope = scope
            self.level = level
            self.manual = manual
            self.controller = controller
            self.why = why
            self.until = until
        }
    }
    /// Two levels that groups of customers have.
    package struct Comparison: Codable, Sendable, Equatable {
        package var a: String
        package var b: String
        /// Of customers with level b, 0...1.
        package var share: Double
        @Nullable package var until: String?

        package init(a: String, b: String, share: Double, until: String?) {
            self.a = a
            self.b = b
            self.share = share
            self.until = until
        }
    }

    package var schema = ReportJSON.schema
    /// Of the settings.
    package var version: UInt64
    package var levels: [Level]
    package var features: [CellDegradation.Feature]
    /// Absent where nothing is compared.
    package var comparison: Comparison?

    package init(
        version: UInt64, levels: [Level], features: [CellDegradation.Feature], comparison: Comparison? = nil
    ) {
        self.version = version
        self.levels = levels
        self.features = features
        self.comparison = comparison
    }
}

/// `peak status -o json`.
package struct PeaksReport: Codable, Sendable, Equatable {
    package struct Peak: Codable, Sendable, Equatable {
        package var name: String
        /// 0 as usual, 1 all of it.
        package var progress: Double
        package var overMilliseconds: Int64
        package var forMilliseconds: Int64
        /// At so many times the hourly mean it begins by itself.
        @Nullable package var at: Double?

        package init(name: String, progress: Double, overMilliseconds: Int64, forMilliseconds: Int64, at: Double?) {
            self.name = name
            self.progress = progress
            self.overMilliseconds = overMilliseconds
            self.forMilliseconds = forMilliseconds
            self.at = at
        }

        private enum CodingKeys: String, CodingKey {
            case name, progress
            case overMilliseconds = "over_ms"
            case forMilliseconds = "for_ms"
            case at
        }
    }

    package var schema = ReportJSON.schema
    /// The one that was begun; nil where none was.
    @Nullable package var name: String?
    package var progress: Double
    @Nullable package var until: String?
    package var peaks: [Peak]

    package init(name: String?, progress: Double, until: String?, peaks: [Peak]) {
        self.name = name
        self.progress = progress
        self.until = until
        self.peaks = peaks
    }
}
