// The tooltip of Shift-Tab shows plain text, and the kernel answers with Markdown.
define(["notebook/js/tooltip"], function (tooltip) {
    "use strict";
    var show = tooltip.Tooltip.prototype._show;
    tooltip.Tooltip.prototype._show = function (reply) {
        var data = reply.content.data || {};
        if (data["text/markdown"] && !data["text/plain"]) {
            data["text/plain"] = data["text/markdown"]
                .replace(/^```.*\n?/mg, "").replace(/^---\n/mg, "") // fences and rules
                .replace(/\s*\[[^\n]*\]\(https?:[^\n]*\)\s*$/, "") // a link to where the module is not
                .replace(/\\([^\w\s])/g, "$1").replace(/\n{3,}/g, "\n\n");
        }
        show.call(this, reply);
        this.text.find("pre").css("word-break", "normal");
    };
});
