"""Where the keyboard is after a page or a popover has been opened: in it, instead of where it came from."""

import json

import streamlit as st

# Streamlit keeps the focus on the link of the navigation. Where it is on the page, arrows scroll and Tab goes on at its top.
_ON_A_PAGE = """<script>{
  const page = %s
  if (window.pageShown !== undefined && window.pageShown !== page) document.getElementById("stMain")?.focus({preventScroll: true})
  window.pageShown = page
}</script>"""
# Streamlit draws what is in a popover at the end of the document, dozens of stops after its button.
_IN_POPOVERS = """<script>
if (!window.popoversFollowed) {
  window.popoversFollowed = true
  const body = () => document.querySelector("[data-testid=stPopoverBody]")
  const stops = inside => [...inside.querySelectorAll("a[href], button, input, textarea, [tabindex='0']")]
    .filter(stop => !stop.disabled && stop.tabIndex >= 0)
  const enter = frames => {
    const first = body() && stops(body())[0]
    if (first) first.focus()
    else if (frames) requestAnimationFrame(() => enter(frames - 1))
  }
  document.addEventListener("keydown", event => {
    const inside = event.target.closest("[data-testid=stPopoverBody]")
    const button = inside ? document.querySelector("[data-testid=stPopoverButton][aria-expanded=true]")
      : event.target.closest("[data-testid=stPopoverButton][aria-expanded=false]")
    if (!button) return
    if (!inside) {
      if (event.key === "Enter" || event.key === " ") setTimeout(enter, 0, 120)
    } else if (event.key === "Tab" && event.target === stops(inside).at(event.shiftKey ? 0 : -1)) {
      button.focus()  // from there Tab goes on to what stands after it
      if (event.shiftKey) event.preventDefault()
    }
  }, true)
}
</script>"""


def follow_keyboard(page: str) -> None:
    """Bring the focus into the page shown, and into popovers that are opened by keyboard."""
    with st.container(key="keyboard"):  # takes no place (`look.py`)
        st.html(_ON_A_PAGE % json.dumps(page) + _IN_POPOVERS, unsafe_allow_javascript=True)
