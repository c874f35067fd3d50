// What is shown follows from the state.

let waiting = 0;

function show() {
  showForm();
  const told = select();
  const isGallery = Boolean(state.task) || state.view === "curves";
  showCount(told);
  showViews();
  byId("tasks").hidden = isGallery;
  byId("gallery").hidden = !isGallery;
  document.querySelector(".head").hidden = Boolean(state.task);
  // Once a frame, however fast somebody types or drags.
  cancelAnimationFrame(waiting);
  waiting = requestAnimationFrame(isGallery ? showGallery : showTable);
  document.title = state.task ? `${state.task} · Explorer` : "Explorer: every curve";
}

themeButton(byId("theme"));
makeForm();
if (points) showLegend();
show();
requestAnimationFrame(() => {
  document.documentElement.dataset.ready = "";
  performance.mark("ready");
});
